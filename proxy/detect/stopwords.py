"""Words that make bad needles: common words that are names, too, and words that name roles or nothing.

`knowledge` searches a request for the words of its people's names. `COMMON` words count only as they were written,
with their capital; `NO_NEEDLES` never do.
"""

from __future__ import annotations

__all__ = ["COMMON", "NO_NEEDLES"]

NO_NEEDLES = frozenset(
    (
        "admin administrator root user users guest test tester testing demo example sample info hello hi mail "
        "email contact support help sales team office service noreply reply postmaster webmaster billing account "
        "accounts news newsletter marketing hr jobs press legal security null none undefined unknown anonymous "
        "anon true false yes no nan name first last full default system bot api web app dev prod the and for von "
        "van der den del della de la le les das dos da di du el al bin ibn abu mac san st mr mrs ms miss dr prof "
        "sir herr frau jr sr ii iii phd md esq inc ltd llc gmbh corp co com org net www http https mailto console "
        "home index page plus tag work private me customer client owner member staff employee manager director"
    ).split()
)
"""Roles, mail boxes, particles, titles: needles that would hit everywhere and tell nobody."""

COMMON = frozenset(
    (
        "will may mark grant rose max art bill chase drew grace hope joy june april august summer autumn dawn eve "
        "faith ivy jack jade lily olive pearl ruby sky star sunny violet daisy iris amber crystal dean dale glen "
        "cliff forest ford hunter cook baker miller smith king knight bishop pope price rich young long short "
        "small white black green brown gray grey gold silver stone wood woods field fields hill lake rivers banks "
        "street lane park parks west north south east winter snow rain storm day week friday monday sunday march "
        "case cash chance christian cole colt dash echo frank gene guy happy harmony heath honor jay jean jewel "
        "justice kit lance love major melody mercy miles nick norm pat patience paris penny peter pierce porter "
        "prince ray reed rob robin roman rusty sage sandy savannah scout shade skip sterling steel tab teal "
        "temple terry tony trace trip tucker victor wade ward warren wolf bright best brand bond book boss box "
        "branch bridge bush carpenter carter castle church clay cross curry duke fish flowers fox french gates "
        "german good hall hand hart head holiday hood house judge key law lord lucky mason mast merchant mills "
        "moon moss new noble paine paint pay peck pool post power quick read rush sharp shepherd sing song spring "
        "start stock swift tailor taylor turner view walker wall walls waters weaver wells wise world wright"
    ).split()
)
"""English words that are given or family names as well."""

# ruff: noqa: RUF001 - addresses of many scripts
"""Rows for postal addresses in sentences and on several lines: US, UK, DE, FR, ES, IT, NL and Nordic shapes.

`patterns` puts these rows into the one table. A street's kind (`Street`, `-straße`, `rue`) and a house number are
needed together; what follows (flat, postcode, town) is taken along.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.row import Candidate, Found, Row

__all__ = ["ROWS"]

_KINDS = (
    "street|st|avenue|ave|av|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|place|pl|square|sq|terrace|ter|"
    "terr|way|circle|cir|parkway|pkwy|"
    "highway|hwy|trail|trl|crescent|cres|close|gardens|gdns|grove|mews|row|alley|aly|plaza|plz|loop|path|pike|run|walk|"
    "hill|rise|vale|view|wharf|quay|parade|esplanade|cove|crossing|xing|expressway|expy|freeway|fwy|turnpike|"
    "tpke|heights|hts|"
    "meadow|meadows|point|ridge|junction|bypass|causeway|commons|landing|manor|mill|orchard|overlook|passage|promenade"
)
"""Source: USPS Publication 28 appendix C1, Royal Mail PAF guide (thoroughfare descriptors)."""

_WEAK = frozenset(
    "st av pl way row run walk view point path hill close loop rise mill place landing passage drive ct dr "
    "cove vale square court manor ter".split()
)
_WORD = r"(?:[\p{Lu}][\p{L}\p{M}'’\-]*\.?|\d{1,3}(?:st|nd|rd|th))"
_UNIT = (
    r"(?:,?[ \n]{1,2}(?i:apt|apartment|ste|suite|unit|flat|floor|fl|room|rm|#|no\.?|bldg|building|box)\.?[ "
    r"]?#?[\w\-]{1,6}\b)"
)
_US_TAIL = (
    r"(?:,?[ \n]{1,2}\p{Lu}[\p{L}.'\-]+(?: \p{Lu}[\p{L}.'\-]+){0,3},?[ \n]{1,2}[A-Z]{2},?[ \n]{1,2}\d{5}(?:-\d{4})?\b)"
)
_UK_TAIL = (
    r"(?:,?[ \n]{1,2}\p{Lu}[\p{L}.'\-]+(?: \p{L}[\p{L}.'\-]+){0,3}){0,3},?[ \n]{1,2}[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
_PLACE_TAIL = (
    r"(?:(?:,[ \n]?|\n)(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2}\b)? \p{Lu}[\p{L}.'’\-]+(?:[ \-]\p{L}[\p{L}.'’\-]+){0,3})"
)
_NUMBER_WORDS = ("version", "step", "page", "chapter", "section", "top", "level", "part")


def _english(candidate: Candidate) -> Iterable[Found]:
    """Refuse what counts something: `3 Easy Ways`; a short kind (`St`, `Way`) takes no year for a number."""
    value = candidate.value
    words = value.replace(",", " ").split()
    kinds = [word.strip(".").casefold() for word in words[1:]]
    strong = any(kind in _STRONG_KINDS for kind in kinds)
    named = [word for word in words[1:] if word[0].isupper() or word[0].isdigit()]
    before = candidate.text[max(0, candidate.start - 12) : candidate.start].casefold()
    if len(named) < 2 or any(word in before for word in _NUMBER_WORDS):
        return
    if not strong and len(words[0]) == 4 and words[0][:2] in {"19", "20"}:
        return
    yield Found(candidate.start, candidate.end)


_STRONG_KINDS = frozenset(_KINDS.split("|")) - _WEAK

ROWS = (
    Row(
        id="address-english",
        entity="POSTAL_ADDRESS",
        expression=(
            rf"(?:^|[^\w.,:/\-]|[^\d][,:] ?)((?:(?i:flat|apt|unit|suite) [\w\-]{{1,5}},? "
            rf")?\d{{1,6}}[A-Za-z]?(?:[\-/]\d{{1,4}}[A-Za-z]?)?,? "
            rf"(?:(?:[NSEWnsew]|[NS][EW]|(?i:north|south|east|west))\.? )?(?:{_WORD} ){{1,4}}(?i:{_KINDS})\b\.?"
            rf"(?: (?:[NSEW]{{1,2}})\b)?{_UNIT}{{0,2}}(?:{_US_TAIL}|{_UK_TAIL})?)"
        ),
        trigger=(
            r"(?:^|[^\w./])\d+[A-Za-z]?(?:[\-/]\d+)?,? "
            r"(?:\p{Lu}|[nsew]\.? |\d+(?:st|nd|rd|th)\b|(?:north|south|east|west)\.? )"
        ),
        source="USPS Publication 28; Royal Mail PAF; S42 address templates (UPU)",
        examples=(
            ("lived at 100 Main St", "100 Main St"),
            ("656 S. Inverness St.", "656 S. Inverness St."),
            ("4 Devonshire Ct apt 222 anywhere", "4 Devonshire Ct apt 222"),
            ("445 Minnesota Street, Suite 175", "445 Minnesota Street, Suite 175"),
            ("1427 Tamarack Hollow Road", "1427 Tamarack Hollow Road"),
            ("291 6th Dr.", "291 6th Dr."),
            ("Flat 9, 17 Ballymockery Lane", "Flat 9, 17 Ballymockery Lane"),
            (
                "ship to 1600 Amphitheatre Parkway, Mountain View, CA 94043",
                "1600 Amphitheatre Parkway, Mountain View, CA 94043",
            ),
            ("10 Downing Street, London SW1A 2AA", "10 Downing Street, London SW1A 2AA"),
            ("12 Acacia Avenue\nBristol\nBS1 4DJ", "12 Acacia Avenue\nBristol\nBS1 4DJ"),
        ),
        counters=(
            "3 easy ways",
            "top 10 Best Drive Tips",
            "2 items on the way",
            "100 main streets",
            "Section 4 Main Path",
        ),
        confirm=_english,
        strength=58,
    ),
    Row(
        id="address-german",
        entity="POSTAL_ADDRESS",
        expression=(
            r"(?:^|[^\w])(\p{Lu}[\p{L}\-]*(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|ufer|damm|ring|"
            r"chaussee|steig|straat|laan|plein|kade|gracht|"
            r"gade|vej|allé|gatan|vägen|gata|veien|vegen|katu|tie) ?\d{1,4} ?[a-zA-Z]?\b(?:[\-/]\d{1,4})?"
            rf"(?:, ?\d{{1,2}}\.? ?(?:tv|th|mf|sal|OG|Stock|Etage)\b\.?)?{_PLACE_TAIL}?)"
        ),
        trigger=(
            r"(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|ufer|damm|ring|chaussee|steig|straat|laan|plein|kade|gracht|"
            r"gade|vej|allé|gatan|vägen|gata|veien|vegen|katu|tie) ?\d"
        ),
        source="DIN 5008 (Anschriftfeld), S42 templates for DE, AT, CH, NL, DK, SE, NO, FI (UPU)",
        examples=(
            ("wohnt Hauptstraße 5, 10115 Berlin", "Hauptstraße 5, 10115 Berlin"),
            ("Lindenweg 12a", "Lindenweg 12a"),
            ("Vestergårdsvej 88, 3. tv", "Vestergårdsvej 88, 3. tv"),
            ("Keizersgracht 123, 1015 CJ Amsterdam", "Keizersgracht 123, 1015 CJ Amsterdam"),
            ("Musterstr. 7\n50667 Köln", "Musterstr. 7\n50667 Köln"),
        ),
        counters=("Unterwegs 5", "Schlüsselring", "Umweg"),
        strength=58,
    ),
    Row(
        id="address-german-spaced",
        entity="POSTAL_ADDRESS",
        expression=(
            r"(?:^|[^\w])((?:(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Zum|Zur|Unter den|\p{Lu}\p{L}+er|"
            r"\p{Lu}\p{L}+(?:-\p{Lu}\p{L}+)+) )?"
            r"(?:\p{Lu}\p{L}+ ?-?)(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Ring|Gasse|Ufer|Damm|Linden) \d{1,4} "
            r"?[a-zA-Z]?\b"
            rf"{_PLACE_TAIL}?|(?:Am|An der|An den|Auf der|Im|In der|Zum|Zur|Unter den) \p{{Lu}}\p{{L}}+ "
            rf"\d{{1,4}} ?[a-zA-Z]?\b{_PLACE_TAIL})"
        ),
        trigger=(
            r"(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Ring|Gasse|Ufer|Damm|Linden) \d|\b(?:Am|An de[rn]|Auf "
            r"der|Im|In der|Zum|Zur|Unter den) \p{Lu}\p{L}+ \d"
        ),
        source="DIN 5008; S42 templates for DE, AT, CH (UPU)",
        examples=(
            ("Berliner Straße 12", "Berliner Straße 12"),
            ("Unter den Linden 77, 10117 Berlin", "Unter den Linden 77, 10117 Berlin"),
        ),
        counters=("Im Jahr 2020", "Platz 3"),
        strength=58,
    ),
    Row(
        id="address-french",
        entity="POSTAL_ADDRESS",
        expression=(
            r"(?:^|[^\w])(\d{1,4}(?: ?(?i:bis|ter|quater)\b|[A-D]\b)?,? (?i:rue|avenue|av\.|boulevard|bd\.?|"
            r"place|chemin|impasse|allée|quai|route|cours|square|"
            r"passage|faubourg|sentier|résidence|voie)(?: (?:de la |de l['’]|du |des |de |d['’]|la |le |les |l['’])?)"
            rf"\p{{L}}[\p{{L}}\-'’.]*(?:[ \-](?:\p{{Lu}}|de |du |des |la |et )[\p{{L}}\-'’.]*){{0,4}}(?:,? "
            rf"?\d{{5}} \p{{Lu}}[\p{{L}}\-'’]+(?:[ \-]\p{{L}}+){{0,3}}|{_PLACE_TAIL})?)"
        ),
        trigger=(
            r"\d(?: ?(?:bis|ter|quater)|[A-D])?,? (?i:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|"
            r"quai|route|cours|square|passage|faubourg|sentier|résidence|voie) "
        ),
        source="AFNOR NF Z 10-011, S42 template for FR, BE, LU (UPU)",
        examples=(
            ("habite 12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
            ("5 bis avenue Victor Hugo", "5 bis avenue Victor Hugo"),
            ("24, boulevard Saint-Germain\n75005 Paris", "24, boulevard Saint-Germain\n75005 Paris"),
        ),
        counters=("rue de la Paix", "2 places"),
        strength=59,
    ),
    Row(
        id="address-romance",
        entity="POSTAL_ADDRESS",
        expression=(
            r"(?:^|[^\w])((?i:calle|c/|avenida|avda\.?|av\.|plaza|paseo|ronda|camino|carretera|carrer|rúa|via|"
            r"viale|piazza|corso|largo|vicolo|strada|rua|travessa|praça|alameda|ulica|ul\.)"
            r" ?(?:(?:de la|de los|de las|del|de|della|delle|dei|degli|di|da|do|dos|das|la|el) "
            r")?\p{Lu}[\p{L}\-'’.]*(?: (?:de |la |del |y |di |da )?\p{Lu}?[\p{L}\-'’.]+){0,4}?"
            rf",? (?i:n[º°o]\.? ?|núm\.? ?|num\.? ?|# ?)?\d{{1,4}}\b(?:,? \d{{1,2}}[º°ªo]\.? ?(?:[A-Z]\b|"
            rf"izq\w*|dcha\w*)?)?(?:,? \d{{5}} \p{{Lu}}[\p{{L}}\-'’]+(?:[ \-]\p{{L}}+){{0,3}}|{_PLACE_TAIL})?)"
        ),
        trigger=(
            r"(?i)\b(?:calle|c/|avenida|avda\.?|av\.|plaza|paseo|ronda|camino|carretera|carrer|rúa|via|viale|piazza|corso|"
            r"largo|vicolo|strada|rua|travessa|praça|alameda|ulica|ul\.) ?\p{L}"
        ),
        source="S42 templates for ES, IT, PT, BR, PL (UPU); Correos, Poste Italiane addressing guides",
        examples=(
            ("vive en Calle de Alcalá 45, 28014 Madrid", "Calle de Alcalá 45, 28014 Madrid"),
            ("Via Roma 10, 00184 Roma", "Via Roma 10, 00184 Roma"),
            ("Avda. Diagonal 211, 3º B", "Avda. Diagonal 211, 3º B"),
            ("Rua Augusta, 1500", "Rua Augusta, 1500"),
        ),
        counters=("via email 3", "Via API", "Plaza Mayor"),
        strength=59,
    ),
    Row(
        id="address-japanese",
        entity="POSTAL_ADDRESS",
        expression=(
            r"((?:\p{Han}{2,4}[都道府県])?[\p{Han}\p{Hiragana}\p{Katakana}]{1,8}[市区町村郡][\p{Han}\p{Hiragana}"
            r"\p{Katakana}ー]{0,12}"
            r"(?:[0-9０-９一二三四五六七八九十]{1,4}丁目)?[0-9０-９]{1,4}(?:番地?|[\-－ー‐])[0-9０-９]{0,4}号?"
            r"|〒 ?\d{3}-\d{4})"
        ),
        trigger=r"[市区町村郡]|〒",
        source="Japan Post addressing (S42 template JP)",
        examples=(("架空町三丁目14番7号", "架空町三丁目14番7号"), ("〒150-0041", "〒150-0041")),
        counters=("架空市",),
        strength=59,
    ),
    Row(
        id="address-arabic",
        entity="POSTAL_ADDRESS",
        expression=(
            r"([0-9\x{660}-\x{669}]{1,5} ?[،,]? ?شارع \p{Arabic}+(?: \p{Arabic}+){0,2}|شارع \p{Arabic}+(?: "
            r"\p{Arabic}+){0,2} ?[،,]? ?[0-9\x{660}-\x{669}]{1,5})"
        ),
        trigger=r"شارع",
        source="S42 template EG, SA (UPU)",
        examples=(("١٢ شارع النخيل الوهمي", "١٢ شارع النخيل الوهمي"),),
        counters=("شارع النخيل",),
        strength=59,
    ),
    Row(
        id="po-box",
        entity="POSTAL_ADDRESS",
        expression=(
            r"(?:^|[^\w])((?i:p\.? ?o\.? box|post office box|postfach|apartado(?: de correos)?|boîte postale|"
            r"casella postale|caixa postal) ?(?:n[º°o.]* ?|# ?)?\d{1,6})\b"
        ),
        trigger=r"(?i)box ?(?:n|#|\d)|postfach|apartado|casella|caixa|postale",
        source="USPS Publication 28 section 28, UPU S42",
        examples=(("send to PO Box 1234", "PO Box 1234"), ("Postfach 10 ", "Postfach 10")),
        counters=("box 1234",),
        strength=58,
    ),
)

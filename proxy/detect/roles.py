"""Words that turn a field name around or say whose field it is: the other half of the data behind `lexicon`.

`VETO_*` make of a telling name something that names nobody, `OF_*` decide whether a `name` or an `id` is a person's or
an organisation's, `TEXT` marks fields that people and queries write into. Folded like the terms of `words`.
"""

from __future__ import annotations

__all__ = ["OF_ORGANIZATIONS", "OF_PEOPLE", "TEXT", "VETO_FIRST", "VETO_LAST"]

VETO_LAST = frozenset(
    (
        "verified valid validated invalid count counts total type types status sent opened clicked delivered "
        "bounced enabled disabled changed updated created at on confirmed consent optin optout optedin subscribed "
        "unsubscribed allowed required present exists available length len size version versions format template "
        "templates campaign campaigns subject provider client clients model brand os browser carrier label labels "
        "placeholder hint error errors message visible hidden shown set missing match matches source sources "
        "medium frequency preference preferences settings setting permission permissions list lists count7d sum "
        "avg average max min rate ratio score duration ms seconds minutes index position color colour width "
        "height category categories step method methods time timestamp date days seen bounce quality accuracy "
        "precision timezone zone tz domain domains scheme port origin arn protocol filter filters expiration "
        "conflict unread queue budget limit left remaining used tokens prefix suffix kind mode policy expiry "
        "strength attempts failed failures reset page pages screen view event events button form field fields "
        "input tab modal banner widget component feature flag flags variant experiment test order orders level "
        "tier plan plans id_type count30d digits ttl region_type usage lang language locale currency retries "
        "delay latency bytes ported app apps apptype active inactive online offline changes edits views visits "
        "clicks sessions logins"
    ).split()
)
"""Last words that make of a telling name something that names nobody: `email_verified`, `phone_type`, `city_count`."""

VETO_FIRST = frozenset(
    (
        "is has have had can should must was were will did does allow allows allowed enable enables enabled "
        "disable disables disabled require requires required show shows hide hides use uses num number count "
        "total n no nb nof max min avg sum missing without with valid invalid verify verified needs need want "
        "wants supports support mask masks secure capture save respect sanitize cross anonymize infer"
    ).split()
)
"""First words that ask a question or count: `has_phone`, `is_email_verified`, `num_users`."""

OF_PEOPLE = frozenset(
    (
        "user users usr customer customers client contact contacts person people member members owner owners "
        "profile profiles traits feedback trait guest guests patient student teacher employee employees staff "
        "manager buyer seller sender recipient recipients receiver author creator admin admins inviter invitee "
        "invitees assignee attendee attendees participant participants subscriber visitor lead leads billing "
        "shipping payer payee cardholder holder passenger driver rider referrer beneficiary applicant candidate "
        "father mother spouse partner child parent guardian emergency login legal real display friend friends "
        "artist physician doctor operator kunde kunden benutzer nutzer kontakt inhaber utilisateur titulaire "
        "usuario cliente titular utente contatto gebruiker klant identity identify personal actor requester "
        "approver viewer me self userproperties personproperties individual reporter reviewer editor moderator "
        "supplier signer signatory consignee representative representante shareholder associate target"
    ).split()
)
"""Words before `name`, `id`, `address` … that make it a person's."""

OF_ORGANIZATIONS = frozenset(
    (
        "account accounts company companies org orgs organization organisation organizations business businesses "
        "employer tenant workspace team firm corporation group groups groupset groupproperties school university "
        "merchant vendor agency institution bank firma unternehmen entreprise societe empresa azienda bedrijf "
        "legalentity enterprise partnerorg dealership clinic hospital"
    ).split()
)
"""Words before `name` and `id` that make it an organisation's."""

TEXT = frozenset(
    (
        "text texts message messages description comment comments note notes body content contents title subject "
        "prompt prompts query search searchterm searchquery term terms keyword keywords statement stacktrace "
        "stack trace error reason feedback review bio about summary snippet transcript answer answers question "
        "response responses result results citations documents preamble arguments args argument params parameters "
        "parameter bindings document source data payload metadata mdc tags label labels value values warnings "
        "violations detail details entries owner_text calls call definitions input output target header headers "
        "form fields"
    ).split()
)
"""Words of fields that people write into; `unknown: scan` looks at them, a strict policy drops them."""

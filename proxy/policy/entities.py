"""The kinds of data a policy may speak of, and how coarse each can be made.

Names are Presidio's wherever it has one. `policy.load` refuses a name that stands in neither table, since a misspelt
entity would be a hole that nobody sees. An operator's own recognizers add theirs at load time.
"""

from __future__ import annotations

__all__ = ["ENTITIES", "IDENTITIES", "KEY_DOMAINS", "LEVELS", "PRESIDIO_ENTITIES"]

ENTITIES: dict[str, str] = {
    "BIRTH_DATE": "a date of birth, or an age",
    "CREDIT_CARD": "a payment card's number",
    "CRYPTO": "a wallet's address",
    "DEVICE_ID": "a device, browser or installation: anonymous ids, IMEI, MAC, advertising ids",
    "EMAIL_ADDRESS": "an email address",
    "FREE_TEXT": "what somebody typed: a message, a comment, a search, a prompt",
    "IBAN_CODE": "an international bank account number",
    "IP_ADDRESS": "an IPv4 or IPv6 address",
    "LOCATION": "a place named in text",
    "LOCATION_COARSE": "a country, region or city",
    "LOCATION_PRECISE": "coordinates, a street, a postcode",
    "NATIONAL_ID": "a number that a state gives a person",
    "NRP": "nationality, religion, political group, gender and the like",
    "ORGANIZATION": "an organisation's name",
    "ORG_ID": "an organisation's id",
    "PERSON": "a person's name",
    "PHONE_NUMBER": "a telephone number",
    "POSTAL_ADDRESS": "a street address",
    "SCREEN_TEXT": "what a page shows on an element: a button's label, a link's text",
    "SECRET": "a password, token, key or session id",
    "URL": "a web address, its query and fragment",
    "USER_AGENT": "browser, operating system and device",
    "USER_ID": "a user's id or account name",
    "US_SSN": "a US social security number",
}

PRESIDIO_ENTITIES = frozenset(
    "ABA_ROUTING_NUMBER AGE AU_ABN AU_ACN AU_MEDICARE AU_TFN BR_CNPJ BR_CPF CA_SIN DATE_TIME DE_BSNR "
    "DE_DRIVER_LICENSE DE_HANDELSREGISTER DE_HEALTH_INSURANCE DE_ID_CARD DE_KFZ DE_LANR DE_PASSPORT DE_PLZ "
    "DE_SOCIAL_SECURITY DE_TAX_ID DE_TAX_NUMBER DE_VAT_ID ES_NIE ES_NIF ES_PASSPORT FI_PERSONAL_IDENTITY_CODE "
    "FR_NIR IN_AADHAAR IN_GSTIN IN_PAN IN_PASSPORT IN_VEHICLE_REGISTRATION IN_VOTER IT_DRIVER_LICENSE "
    "IT_FISCAL_CODE IT_IDENTITY_CARD IT_PASSPORT IT_VAT_CODE KR_BRN KR_DRIVER_LICENSE KR_FRN KR_PASSPORT "
    "KR_RRN MAC_ADDRESS MEDICAL_LICENSE NG_NIN NG_VEHICLE_REGISTRATION PH_MOBILE_NUMBER PL_PESEL "
    "SE_ORGANISATIONSNUMMER SE_PERSONNUMMER SG_NRIC_FIN SG_UEN TH_TNIN TR_LICENSE_PLATE TR_NATIONAL_ID "
    "UK_DRIVING_LICENCE UK_NHS UK_NINO UK_PASSPORT UK_POSTCODE UK_VEHICLE_REGISTRATION US_BANK_NUMBER "
    "US_DRIVER_LICENSE US_ITIN US_MBI US_NPI US_PASSPORT".split()
)
"""Names of Presidio's other recognizers. Source: presidio-analyzer 2.2, supported entities."""

LEVELS: dict[str, tuple[str, ...]] = {
    "BIRTH_DATE": ("year", "decade"),
    "EMAIL_ADDRESS": ("domain",),
    "IP_ADDRESS": ("network",),
    "LOCATION_COARSE": ("country", "region"),
    "LOCATION_PRECISE": ("degree",),
    "USER_AGENT": ("family",),
}
"""What `generalize` can make of an entity. URL is generalized by its parts."""

IDENTITIES = frozenset({"USER_ID", "DEVICE_ID"})

KEY_DOMAINS: dict[str, str] = dict.fromkeys(IDENTITIES, "identity") | dict.fromkeys(
    ("ORG_ID", "ORGANIZATION"), "organization"
)
"""Entities that share one derived key; every other entity has its own. A vendor's alias call puts a device's id where a
user's stands, and a group's id stands in an event under a name of the site's choice (`company`): both must give the
same pseudonym in both places."""

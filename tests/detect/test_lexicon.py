import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.detect import lexicon
from proxy.detect.lexicon import classify, free_text, tokens

NAMES = {
    "EMAIL_ADDRESS": (
        "primaryEmail user-mail USER_EMAIL e-mail $email email_1 recent_emails E-Mail-Adresse correo "
        "メールアドレス почта 邮箱 이메일 ایمیل recipient.email"
    ),
    "PERSON": (
        "firstName last_name Nachname apellidos prénom cognome 氏名 имя نام ชื่อ नाम 이름 שם account_owner "
        "card.holder mothers_maiden_name"
    ),
    "PHONE_NUMBER": (
        "phone customerPhone2 telefon_nummer handynummer 電話番号 телефон mobile_number fax_no emergencyContactPhone"
    ),
    "IP_ADDRESS": "ip client_ip X-Forwarded-For userIP first_seen_ip net.peer.addr remote_address",
    "CREDIT_CARD": "card_number ccNumber card.no kreditkartennummer",
    "IBAN_CODE": "iban billing_iban bic",
    "US_SSN": "ssn socialSecurityNumber",
    "BIRTH_DATE": "dob birthday date_of_birth Geburtsdatum age user_age date_naissance 生年月日",
    "LOCATION_PRECISE": "lat lng latitude geohash zip postalCode PLZ code_postal location",
    "LOCATION_COARSE": "city country_code shipping_city Ville región государство_страна user_state",
    "POSTAL_ADDRESS": "street address billing_street Straße street2 calle adresse home_address",
    "USER_ID": "user_id uid userName customerId owner_id created_by benutzername имя_пользователя members_ids",
    "DEVICE_ID": "device_id anonymousId idfa gclid session_id device.uuid device_ifa oaid",
    "ORG_ID": "org_id companyId account_id tenant workspace_id",
    "ORGANIZATION": "company company_name employer organisation tenant_name",
    "URL": "url href initial_referrer page_location avatar imageUrl",
    "USER_AGENT": "user_agent $raw_user_agent",
    "SECRET": "password api_key accessToken reset_password_token csrf otp cvv 密码",
    "NRP": "gender nationality 性別 marital_status",
}
NOBODY = (
    "file_name event_name plan_name product_name hostname plugin_name email_verified has_phone "
    "email_count password_changed_at "
    "ip_version age_of_account cache_age properties_count emailVerifiedAt name id title plan order_id sku "
    "utm_source link_text "
    "iPhone latency platform parent_id aws_region db.driver.name phone_type token_count is_email_verified "
    "logins v2 2 a1 state screen_name ScreenName genre music_genre department manufacturer "
)


@pytest.mark.parametrize(("entity", "name"), [(e, n) for e, names in NAMES.items() for n in names.split()])
def test_a_telling_name_tells(entity, name):
    """Names tell their entity whatever their case, separators, accents and language."""
    assert entity == classify(name)


@pytest.mark.parametrize("name", [*NOBODY.split(), "", "$", "_"])
def test_other_names_tell_nothing(name):
    """Names of things, counts, flags and machines are no person's."""
    assert classify(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("email2", "EMAIL_ADDRESS"),
        ("email٣", "EMAIL_ADDRESS"),
        ("नाम२", "PERSON"),
        ("x٣", None),
        ("x²", None),
        ("٣", None),
    ],
)
def test_numbers_at_the_end_of_a_name_tell_nothing(name, expected):
    """Digits of any script are taken off."""
    assert expected == classify(name)


@given(st.text(), st.lists(st.text()))
def test_any_name_gets_an_answer(name, parents):
    """Whatever clients name their fields, classification ends."""
    assert (classify(name, tuple(parents)) or "NONE").isupper()


@pytest.mark.parametrize(
    ("parents", "name", "expected"),
    [
        (("user",), "name", "PERSON"),
        (("billing",), "name", "PERSON"),
        (("traits",), "name", "PERSON"),
        (("properties", "owner"), "name", "PERSON"),
        (("invitees", "0"), "name", "PERSON"),
        (("company",), "name", "ORGANIZATION"),
        (("group",), "name", "ORGANIZATION"),
        (("$group_set",), "name", "ORGANIZATION"),
        (("product",), "name", None),
        (("traits",), "id", "USER_ID"),
        (("profile",), "id", "USER_ID"),
        (("group",), "id", "ORG_ID"),
        (("order",), "id", None),
        (("device",), "id", "DEVICE_ID"),
        (("phone",), "number", "PHONE_NUMBER"),
        (("card",), "number", "CREDIT_CARD"),
        (("address",), "state", "LOCATION_COARSE"),
        (("email",), "value", "EMAIL_ADDRESS"),
        (("emails",), "0", "EMAIL_ADDRESS"),
        (("properties",), "value", None),
        (("traits",), "value", None),
        (("user", "phone", "values"), "0", "PHONE_NUMBER"),
        (("userAgentData",), "mobile", None),
        (("contact",), "mobile", "PHONE_NUMBER"),
        (("client",), "address", "POSTAL_ADDRESS"),
    ],
)
def test_the_enclosing_object_decides_the_ambiguous(parents, name, expected):
    """`name`, `id`, `number` and generic leaves take their meaning from the object around them."""
    assert expected == classify(name, parents)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("primaryEmail", ("primary", "email")),
        ("$initial_referrer.URL", ("initial", "referrer", "url")),
        ("HTTPServer", ("http", "server")),
        ("Søren Straße", ("soren", "strasse")),
        ("फ़ोन-नंबर", ("फ़ोन", "नंबर")),
        ("x" * 200, ("x" * 96,)),
    ],
)
def test_a_name_splits_into_folded_words(name, expected):
    """Separators and camel humps split, marks of other scripts stay with their letters, long names are cut."""
    assert expected == tokens(name)


@pytest.mark.parametrize(("name", "expected"), [("db.statement", True), ("search_term", True), ("plan", False)])
def test_free_text_is_known_by_name(name, expected):
    """Fields that people write into are told from others."""
    assert expected is free_text(name)


def test_no_name_is_remembered():
    """A field's name, or that of an object around it, may turn out to be a person's; nothing here keeps it."""
    assert [] == [name for name, value in vars(lexicon).items() if hasattr(value, "cache_info")]

import base64
from urllib.parse import quote

import pytest

from proxy.detect.knowledge import Known

UUID = "9b1c5f0e7a1c4b7e8f006d1f0c2b9a77"
ADA = [("Ada Lovelace", "PERSON"), ("ada.king@example.org", "EMAIL_ADDRESS"), ("+1-202-555-0143", "PHONE_NUMBER")]


def found(values, text):
    """Return what is found of `values` in one text."""
    return [(text[span.start : span.end], span.entity) for span in Known(values).find([text]).get(text, ())]


@pytest.mark.parametrize(
    ("value", "entity", "text", "expected"),
    [
        ("Ada Lovelace", "PERSON", "Orders of Ada Lovelace", ["Ada Lovelace"]),
        ("Ada Lovelace", "PERSON", "LOVELACE, ada", ["LOVELACE", "ada"]),
        ("Ada", "PERSON", "ada's page", ["ada"]),
        ("Ada", "PERSON", "Adapter, Granada", []),
        ("José María", "PERSON", "jose maria", ["jose maria"]),
        ("Jose", "PERSON", "José", ["José"]),
        ("Zoë 🦊 O'Hannigan", "PERSON", "by O'Hannigan", ["O'Hannigan"]),
        ("渡辺 さくら", "PERSON", "渡辺さんの設定", ["渡辺"]),
        ("李 明", "PERSON", "李明", []),
        ("प्रिया शर्मा", "PERSON", "प्रिया का खाता", ["प्रिया"]),
        ("प्रिया शर्मा", "PERSON", "शर्मा", ["शर्मा"]),
        ("Ine\u0301s Bru\u0308ckner", "PERSON", "of Ine\u0301s", ["Ine\u0301s"]),
        ("Ine\u0301s Bru\u0308ckner", "PERSON", "Brückner, BRUCKNER", ["Brückner", "BRUCKNER"]),
        ("Rene\u0301 x", "PERSON", "Rene\u0301, Rene\u0301", ["Rene\u0301", "Rene\u0301"]),
        ("François x", "PERSON", "Franc\u0327ois", ["Franc\u0327ois"]),
        ("محمد العربي", "PERSON", "ملف محمد هنا", ["محمد"]),
        ("Søren", "PERSON", quote("/u/Søren/x"), [quote("Søren")]),
        ("Søren", "PERSON", r"S\u00f8ren", [r"S\u00f8ren"]),
        ("Will Page", "PERSON", "Dear Will, it will be on page 3 of Willow", ["Will"]),
        ("will page", "PERSON", "will be on page 3", []),
        ("Van der Berg", "PERSON", "van der valk", []),
        ("Jo Li", "PERSON", "jo li", ["jo li"]),
        ("ada.king@example.org", "EMAIL_ADDRESS", "hi Ada.King!", ["Ada.King"]),
        ("ada.lace@example.org", "EMAIL_ADDRESS", "lace and silk", ["lace"]),
        ("ada9@example.org", "EMAIL_ADDRESS", "ada9 and ada", ["ada9"]),
        ("12345678@example.org", "EMAIL_ADDRESS", "12345678", []),
        ("ada.quist@acme.example", "PERSON", "quist at acme.example", ["quist"]),
        ("Zoe Quist <zq@acme.example>", "PERSON", "Quist at acme.example", ["Quist"]),
        ("https://acme.example/u/quist?utm_source=x", "PERSON", "acme.example/?utm_source=y", []),
        ("no address", "EMAIL_ADDRESS", "no address here", ["no address"]),
        ("+1-202-555-0143", "PHONE_NUMBER", "12025550143", ["12025550143"]),
        ("12-34", "PHONE_NUMBER", "1234", []),
        ("Main Menu", "LOCATION_PRECISE", "Main Menu Opened", []),
        ("header", "POSTAL_ADDRESS", "header_click", []),
        ("main menu", "POSTAL_ADDRESS", "the main menu", []),
        ("Tamarack Hollow", "POSTAL_ADDRESS", "at tamarack hollow", ["tamarack hollow"]),
        ("上海", "LOCATION_PRECISE", "在上海的家", ["上海"]),
        ("SW1A 1AA", "LOCATION_PRECISE", "to SW1A 1AA", ["SW1A 1AA"]),
        ("iPhone", "DEVICE_ID", "iPhone case", []),
        ("Quist iPhone", "PERSON", "iPhone of Quist", ["Quist"]),
        (
            "9B1C5F0E-7a1c-4b7e-8f00-6d1f0c2b9a77",
            "USER_ID",
            "9b1c5f0e7a1c4b7e8f006d1f0c2b9a77",
            ["9b1c5f0e7a1c4b7e8f006d1f0c2b9a77"],
        ),
        ("user-42", "USER_ID", "/u/user-42/x", ["user-42"]),
        ("42", "USER_ID", "42", []),
        ("admin", "USER_ID", "admin", []),
        ("12345678", "USER_ID", "x12345678 and 123456789", ["12345678"]),
        ("é", "USER_ID", "é", []),
        ("éa", "USER_ID", "éa", ["éa"]),
    ],
)
def test_a_value_is_found_where_it_survives(value, entity, text, expected):
    """Whole or in parts, folded and encoded, on word boundaries, and never a value that tells nothing."""
    assert expected == [what for what, _ in found([(value, entity)], text)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Ada", "3f1ada7c9e0b4d52a1c86f70d9e4b213", 0),
        ("Ada", "key=3F1ADA7C9E0B4D52A1C86F70D9E4B213&x", 0),
        ("Ada", "f" * 500 + "1ada1" + "0" * 500, 0),
        ("Ada", "0b4e2d11-1ada-4c52-8111-86f70d9e4b21", 0),
        ("Ada", "01111111-1ada-4111-8111-111111111111", 0),
        ("Ada", "ada1699999999999", 1),
        ("Ada", "ada1f", 1),
        ("Ada", "ada, 3f1c7c9e0b4d52a1c86f70d9e4b213", 1),
        ("Ada", "3f1c7c9e0b4d52a1c86f70d9e4b213/ada", 1),
        ("Adam", "3f1adam7c9e0b4d52a1c86f70d9e4b213", 1),
        ("abcdefabcdefabcdef", "of abcdefabcdefabcdef", 1),
    ],
)
def test_a_name_is_not_found_inside_a_hex_id(name, text, expected):
    """Letters that are hex digits are chance inside a UUID or a key, and a name beside digits alone."""
    assert expected == len(found([(name, "PERSON")], text))


def test_a_coded_run_is_found_whole():
    """Inside base64 all of the run goes: the letters at the edges of a value still tell."""
    coded = base64.b64encode(b"to: ada.king@example.org!").decode()
    assert [(coded, "EMAIL_ADDRESS")] == found(ADA, coded)


def test_names_of_an_address_are_a_persons():
    """The words of a local part count as a name, the address itself as an address."""
    assert [("lace", "PERSON")] == found([("ada.lace@example.org", "EMAIL_ADDRESS")], "of lace")


def test_only_texts_with_hits_come_back():
    """Clean texts are not in the result, and each text has its own places."""
    texts = ["clean", "Ada", "café clean", "é Ada", "%20Ada"]
    assert {"Ada", "é Ada", "%20Ada"} == set(Known(ADA).find(texts))


def test_a_text_that_folds_longer_is_searched_all_the_same():
    """When folding changes the length of the texts, none is left out."""
    assert ["Straße"] == list(Known([("Strasse Weg", "PERSON")]).find(["x", "Straße"]))


def test_a_value_that_holds_the_separator_of_texts_stays_in_its_text():
    """Two texts side by side are not one: a value with a NUL is found only where it stands whole."""
    known = Known([("ada\0lovelace", "USER_ID")])
    assert {"x ada\0lovelace"} == set(known.find(["ada", "lovelace", "x ada\0lovelace"]))


def test_many_values_find_what_few_find():
    """From many values on, only those whose first word stands in the texts are searched for; the hits are the same."""
    many = [(f"person{number:03}x", "USER_ID") for number in range(300)] + [("--+--", "USER_ID"), *ADA]
    texts = ["by Ada", "person007x", "a --+-- b", "clean"]
    assert {"by Ada", "person007x", "a --+-- b"} == set(Known(many).find(texts))


def test_nothing_known_finds_nothing():
    """Without values there is nothing to look for."""
    assert ({}, 0) == (Known().find(["Ada"]), len(Known()))


def test_clean_texts_are_not_found():
    """A text without any known value gives nothing, escapes or not."""
    assert {} == Known(ADA).find(["/products?q=%20red&x=\\n"])


def test_spellings_of_one_value_are_bounded():
    """Values that fold to one needle are searched for in base64 as well, the first of them only."""
    spellings = [
        "".join(letter.upper() if number >> at & 1 else letter for at, letter in enumerate("abcdefghijkl"))
        for number in range(600)
    ]
    coded = [base64.b64encode(spelling.encode()).decode() for spelling in spellings]
    assert coded[:512] == list(Known((spelling, "USER_ID") for spelling in spellings).find(coded))


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("z" * 50_000, "z" * 200_000 + " clean", 3),
        ("z" * 50_000, "z" * 50_000 + " clean", 1),
        ("ab-ab-ab", "ab-" * 9 + "ab", 3),
        ("0000000", "0" * 5000, 0),
    ],
    ids=["many", "one", "on boundaries", "within a number"],
)
def test_a_value_that_repeats_itself_costs_a_bounded_search(value, text, expected):
    """Places that overlap are told apart up to a bound; then each is taken for one, and the next looked for behind."""
    assert expected == len(Known([(value, "USER_ID")]).find([text]).get(text, ()))


def test_the_number_of_values_is_bounded():
    """A request that names thousands of people costs no more than one that names hundreds."""
    known = Known((f"person{number:05}x", "USER_ID") for number in range(2000))
    assert 512 == len(known)

import base64

import pytest

from proxy.detect.detector import MATCHES_LIMIT, Detector, Span, apart
from proxy.detect.row import Row
from proxy.errors import InflationLimit

DETECTOR = Detector()


def found(text, detector=DETECTOR):
    return [(text[span.start : span.end], span.entity) for span in detector.find([text]).get(text, ())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("é ada@example.org ü", [("ada@example.org", "EMAIL_ADDRESS")]),
        ("\ud83d ada@example.org", [("ada@example.org", "EMAIL_ADDRESS")]),
        ("10.0.0.1 and 10.0.0.2", [("10.0.0.1", "IP_ADDRESS"), ("10.0.0.2", "IP_ADDRESS")]),
        ("DE89 3704 0044 0532 0130 00", [("DE89 3704 0044 0532 0130 00", "IBAN_CODE")]),
        ("?phone=%2B353%2020%20915%206789&x", [("%2B353%2020%20915%206789", "PHONE_NUMBER")]),
        ("u=ada%2540example.org", [("ada%2540example.org", "EMAIL_ADDRESS")]),
        ("&#49;0.0.0.1", [("&#49;0.0.0.1", "IP_ADDRESS")]),
        (r'{"a":"ip 10.0.0.\u0031"}', [(r"10.0.0.\u0031", "IP_ADDRESS")]),
    ],
)
def test_places_are_characters_of_the_raw_string(text, expected):
    """Whatever the script or the escapes, a span cuts exactly the personal part out of the raw string."""
    assert expected == found(text)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("to ada@exam\u00adple.org now", "EMAIL_ADDRESS"),
        ("ada.love\u200blace@example.org", "EMAIL_ADDRESS"),
        ("4111\u00a01111\u00a01111\u00a01111", "CREDIT_CARD"),
        ("\uff14111111111111111", "CREDIT_CARD"),
        ("4111\u20131111\u20131111\u20131111", "CREDIT_CARD"),
        ("DE89\u202f3704\u202f0044\u202f0532\u202f0130\u202f00", "IBAN_CODE"),
        ("203\uff0e0\uff0e113\uff0e57", "IP_ADDRESS"),
    ],
)
def test_what_reads_like_ascii_is_read_as_ascii(text, entity):
    """Pages put blanks and breaks of their own into numbers and addresses, and people type digits of full width."""
    assert [entity] == [what for _, what in found(text)]


def test_base64_goes_whole():
    """Personal data inside base64 takes the whole run with it, and the first entity names it."""
    coded = base64.b64encode(b"ip=203.0.113.9, mail ada@example.org").decode()
    assert [(coded, "IP_ADDRESS")] == found(coded)


def test_encodings_are_opened_to_a_bound():
    """Base64 in base64 is opened, a third time is not."""
    once = base64.b64encode(b"to ada@example.org of it").decode()
    twice = base64.b64encode(once.encode()).decode()
    thrice = base64.b64encode(twice.encode()).decode()
    assert ([(twice, "EMAIL_ADDRESS")], []) == (found(twice), found(thrice))


def test_clean_texts_are_not_in_the_result():
    """Only texts with hits come back, under their own string."""
    texts = ["Checkout Completed", "ada@example.org", "blue", "", "%20", "a" * 30 + "B" * 30]
    assert {"ada@example.org": (Span(0, 15, "EMAIL_ADDRESS", "email"),)} == DETECTOR.find(texts)
    assert {} == DETECTOR.find(["blue"])
    assert {} == DETECTOR.find([])


def test_one_text_does_not_run_into_the_next():
    """Joined for the prefilter, texts stay apart."""
    assert {} == DETECTOR.find(["ada@", "example.org", "4242 4242", "4242 4242"])


def test_only_the_entities_of_a_policy_are_looked_for():
    """A detector made for some entities finds no others."""
    assert [("10.0.0.1", "IP_ADDRESS")] == found(
        "10.0.0.1 ada@example.org", Detector(entities=frozenset({"IP_ADDRESS"}))
    )


def test_no_entities_no_work():
    """A policy that keeps everything detects nothing."""
    assert [] == found("ada%40example.org", Detector(entities=frozenset()))


def test_an_operators_row_takes_part():
    """Extra rows find like ours, with context, check and trigger."""
    row = Row(
        "ticket",
        "TICKET",
        r"\bT\d{3}\b",
        "",
        (),
        check=lambda v: v != "T000",
        trigger="(?i)ticket",
        context=("ticket",),
    )
    detector = Detector(extra=[row])
    texts = ["ticket T123", "ticket T000", "T124", "ticket" + "." * 60 + "T125"]
    assert ["ticket T123"] == list(detector.find(texts))


def test_the_stronger_then_the_longer_wins():
    """Where rows overlap, strength decides, then length; what does not overlap stays."""
    rows = [
        Row("long", "LONG", "abcdef", "", (), strength=10),
        Row("strong", "STRONG", "cd", "", (), strength=20),
        Row("short", "SHORT", "xy", "", (), strength=10),
        Row("longer", "LONGER", "xyz", "", (), strength=10),
    ]
    assert [("cd", "STRONG"), ("xyz", "LONGER")] == found("abcdef xyz", Detector(entities=None, extra=rows))


def test_what_is_only_tried_yields():
    """A row of an entity that is only counted hides no other; among its own the stronger still wins."""
    rows = [
        Row("strong", "TRIED", "bcd[A-Z]?", "", (), strength=100),
        Row("weak", "FORCED", "abc", "", (), strength=0),
        Row("weaker", "TRIED", "cdX", "", (), strength=1),
    ]
    detector = Detector(entities=None, extra=rows, tried=frozenset({"TRIED"}))
    assert [("abc", "FORCED"), ("bcdX", "TRIED")] == found("abcd bcdX", detector)


def test_a_longer_place_behind_an_escape_replaces_a_shorter():
    """Found raw and found decoded, the longer place stands."""
    text = "mail: ada%2Blist%40example.org"
    assert [("ada%2Blist%40example.org", "EMAIL_ADDRESS")] == found(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4242424242424242, "CREDIT_CARD"),
        (4242424242424241, None),
        (1795286634029, None),
        (1795286634029123, None),
        (42.5, None),
        (42, None),
    ],
)
def test_a_bare_number_is_personal_only_beyond_doubt(value, expected):
    """A card is; timestamps, counters and prices are not."""
    assert expected == DETECTOR.number(value)


def test_a_text_that_holds_the_separator_moves_no_place():
    """A NUL inside a text, and wide letters before it, leave every hit where it stands."""
    texts = ["é\x00ü x", "clean", "to ada@example.org"]
    assert {texts[2]: ["ada@example.org"]} == {
        text: [text[span.start : span.end] for span in spans] for text, spans in Detector().find(texts).items()
    }


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], ()),
        ([(5, 7), (1, 2)], ((1, 2), (5, 7))),
        ([(2, 5), (0, 3), (4, 6), (3, 4), (5, 6), (0, 2)], ((0, 2), (2, 5), (5, 6))),
        ([(1, 4, "a"), (1, 4, "b"), (0, 9, "c")], ((1, 4, "a"),)),
        ([(at, at + 3) for at in range(600)], tuple((at, at + 3) for at in range(0, 600, 3))),
        ([(at, at + 1) for at in reversed(range(400_000))], tuple((at, at + 1) for at in range(400_000))),
    ],
    ids=["none", "apart", "touching", "same", "many that overlap", "many"],
)
def test_of_places_that_overlap_the_first_stays(places, expected):
    """What touches does not overlap; the result is in the order of the text, however many there are."""
    assert expected == apart(places)


def test_more_than_can_be_looked_at_closely_is_refused():
    """What is all addresses is no event, and would hold up everybody else's."""
    with pytest.raises(InflationLimit):
        Detector().find(["a@b.co " * (MATCHES_LIMIT // 2), "c@d.co " * (MATCHES_LIMIT // 2 + 1)])

import base64
import tracemalloc

import pytest

from proxy.detect.layers import Views, base64_texts, opened, unescaped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", None),
        ("a & b", None),
        ("1 + 1 = 2", None),
        ("a+b%20c", "a b c"),
        ("q=a+b", "q=a b"),
        (r"a+\"b", 'a+"b'),
        ("%C3%B8", "ø"),
        ("%E6%B8%A1%F0%9F%A6%8A", "渡🦊"),
        ("%FF%41", "%FFA"),
        ("%2540", "@"),
        ("%25252540", "%40"),
        (r"\u00f8\ud83e\udd8a\ud800", "ø🦊\ud800"),
        (r"\n\t\/\\", "\n\t/\\"),
        ("&#64;&#x40;&amp;&nbsp;&commat;", "@@&\xa0@"),
        ("ada&#1;@&#x1f;", "ada@"),
        ("ada&shy;@x\u200b.\u202dexample\ufeff", "ada@x.example"),
        ("1\u00a02\u202f3 \uff14\uff0e\uff21", "1 2 3 4.A"),
        ("1\u20112\u20133", "1-2-3"),
        ("Shop \u2013 Home\u00a0", None),
    ],
)
def test_escapes_open(text, expected):
    """Percent, HTML, JSON and backslash escapes open, and disguises of ASCII, up to three layers; the rest stays."""
    view = unescaped(text)
    assert expected == (None if view is None else view.text)


@pytest.mark.parametrize(
    ("text", "piece", "raw"),
    [
        ("x%C3%B8y", "ø", "%C3%B8"),
        (r"a\ud83e\udd8ab", "🦊", r"\ud83e\udd8a"),
        ("u=ada%2540example.org", "ada@example", "ada%2540example"),
        ("&quot;ada&quot;", '"ada', "&quot;ada"),
        ("%FF%41", "%FFA", "%FF%41"),
        ("&#1;&#1; x %61da", "ada", "%61da"),
        ("a&#1;da &amp;%2561da", "&ada", "&amp;%2561da"),
        ("\u202ax\u00ady\u200b\u202c z", "xy", "x\u00ady"),
    ],
)
def test_a_place_leads_back_to_the_raw_string(text, piece, raw):
    """Every place in a view names the raw characters it came from."""
    view = unescaped(text)
    assert view is not None
    start = view.text.index(piece)
    first, last = view.raw(start, start + len(piece), text)
    assert raw == text[first:last]


@pytest.mark.parametrize(
    ("text", "raw", "expected"),
    [
        ("x %61da y", "%61da", "ada"),
        ("a%20u=%2561da&b", "%2561da", "ada"),
        ("a%20 ada", "ada", "ada"),
        ("&#1;%61 ada", "ada", "ada"),
    ],
)
def test_a_raw_place_is_read_decoded(text, raw, expected):
    """What stands at a place of the raw string reads as it was meant, through every layer."""
    start, view = text.index(raw), unescaped(text)
    assert view is not None
    assert expected == view.read(start, start + len(raw))


def test_only_escapes_are_remembered():
    """A long text with few escapes costs no more than the escapes do."""
    view = unescaped("x " * 5000 + "%41+ %2541")
    assert view is not None
    assert view.outer is not None
    assert [2, 3] == [len(view.places), len(view.outer.places)]


def test_a_run_of_escapes_is_opened_in_bounded_memory():
    """However many escapes stand together, each takes two places, its letter and what Python adds to lists."""
    text = "%41" * 100_000
    tracemalloc.start()
    view = unescaped(text)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert view is not None
    assert peak_bytes < 50 * len(view.text)


def test_a_string_is_opened_once():
    """Who asks again with the same views gets what was opened before, and nothing for what had no escape."""
    views: Views = {}
    first = opened(["%41", "1+1", "A"], "%41 1+1 A", views)
    assert (["%41"], first["%41"]) == (list(first), opened(["%41", "1+1"], "%41 1+1", views)["%41"])


def coded(raw):
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (coded(b"ip=203.0.113.9"), ["ip=203.0.113.9"]),
        (f"x {coded(b'ip=203.0.113.9')} y", ["ip=203.0.113.9"]),
        (base64.urlsafe_b64encode("??>>~~éé-ok".encode()).decode(), ["??>>~~éé-ok"]),
        (coded(b"line\nline two"), ["line\nline two"]),
        (coded(b"\x00\x01\x02\x03\x04\x05\x06\x07\x08"), []),
        (coded(b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7"), []),
        (f"https://x.example/u/{coded(b'ada@example.org')}/edit", ["ada@example.org"]),
        (f"id_{coded(b'ada@example.org')}-2/{coded(b'ip=203.0.113.9')}", ["ada@example.org", "ip=203.0.113.9"]),
        ("69510fa220bb442d984a523f796b49f4", []),
        ("1795286634029123", []),
        ("Congratulations", []),
        ("ABCDEFGHIJKLM", []),
    ],
)
def test_base64_of_text_opens(text, expected):
    """Runs of base64 that hold readable text open, in a path and behind a name too; words and binary data do not."""
    assert expected == [decoded for _, _, decoded in base64_texts(text)]

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy.urls import UrlParts, cleaner, personal
from tests.policy.programs import event, program

UTM = UrlParts(frozenset({"utm_source", "utm_medium"}))
ALL = UrlParts(None, fragment=True)
ORIGIN = UrlParts(path="drop")


@pytest.mark.parametrize(
    ("parts", "url", "clean"),
    [
        (UTM, "https://shop.example/a?utm_source=mail&email=ada#x", "https://shop.example/a?utm_source=mail"),
        (UTM, "https://shop.example/a?email=ada", "https://shop.example/a"),
        (UTM, "https://ada:secret@shop.example/a", "https://shop.example/a"),
        (UTM, "//ada@x:y@shop.example", "//shop.example"),
        (UTM, "https://shop.example/@ada", "https://shop.example/@ada"),
        (UTM, "https://shop.example?q=1", "https://shop.example"),
        (UTM, "/a/b?utm_medium=x&q=1#f", "/a/b?utm_medium=x"),
        (UTM, "/a//b@c", "/a//b@c"),
        (UTM, "?q=ada", ""),
        (UTM, "?q=ada&utm_source=x", "?utm_source=x"),
        (UTM, "q=ada&utm_source=x", "utm_source=x"),
        (UTM, "name=Ada&next=/home?x=1:2", ""),
        (UTM, "#access_token=1", ""),
        (UTM, "utm_source", "utm_source"),
        (UTM, "$direct", "$direct"),
        (UTM, "mailto:ada", "mailto:ada"),
        (UTM, "", ""),
        (UTM, "https://shop.example/?utm_source=a&utm_source=b", "https://shop.example/?utm_source=a&utm_source=b"),
        (UTM, "https://shop.example/?UTM_SOURCE=a&utm_source%3Db", "https://shop.example/"),
        (UTM, "https%3A%2F%2Fshop.example%2Fp%3Fname%3DAda%26q%3D1", "https%3A%2F%2Fshop.example%2Fp"),
        (UTM, "https%253A%252F%252Fshop.example%253Fname%253DAda", "https%253A%252F%252Fshop.example"),
        (UTM, "https://shop.example/p%3Fname=Ada", "https://shop.example/p"),
        (UTM, "https://shop.example/p%23Ada", "https://shop.example/p"),
        (UTM, "https://shop.example/100%25?utm_source=a%3Fb", "https://shop.example/100%25?utm_source=a%3Fb"),
        (UTM, "Admin::PostsController#index", "Admin::PostsController#index"),
        (UTM, "Order #123 of today", "Order #123 of today"),
        (UTM, "orders#Ada", "orders"),
        (UTM, "Order #Ada", "Order "),
        (UTM, "SELECT * FROM posts WHERE id=$1", "SELECT * FROM posts WHERE id=$1"),
        (ORIGIN, "PostsController#index", ""),
        (ALL, "https%3A%2F%2Fshop.example%2Fp%3Fname%3DAda", "https%3A%2F%2Fshop.example%2Fp%3Fname%3DAda"),
        (ALL, "https://ada:secret@shop.example/a?q=1#f", "https://shop.example/a?q=1#f"),
        (ALL, "q=1&r=2", "q=1&r=2"),
        (UrlParts(fragment=True), "/a?q=1#f", "/a#f"),
        (ORIGIN, "https://u@shop.example/a/b?q=1", "https://shop.example/"),
        (ORIGIN, "https://shop.example", "https://shop.example"),
        (ORIGIN, "/a/b?q=1", ""),
    ],
)
def test_a_url_is_cut_down(parts: UrlParts, url: str, clean: str) -> None:
    """Parameters that are not named, the fragment and always the credentials go; so from whatever an SDK made of it."""
    assert clean == cleaner(parts)(url)


PIECES = st.lists(
    st.sampled_from(
        ["a", "utm_source", "=", "&", "?", "#", "/", "//", ":", "@", "https://", ".", "b", "%3F", "%2F", " ", "A", "1"]
    )
)


@pytest.mark.parametrize("parts", [UTM, ALL, ORIGIN, UrlParts(fragment=True), UrlParts(None, path="drop")], ids=repr)
@given(url=PIECES.map("".join))
def test_a_clean_url_stays(parts: UrlParts, url: str) -> None:
    """Cleaning twice is cleaning once, of texts that are no URL, too."""
    clean = cleaner(parts)
    assert clean(url) == clean(clean(url))


@pytest.mark.parametrize(
    ("parts", "parameter", "keeps"), [(UTM, "utm_source", True), (UTM, "q", False), (ALL, "q", True)]
)
def test_a_parameter_is_asked_for(parts: UrlParts, parameter: str, keeps: bool) -> None:
    """A field that copies a parameter stays when the parameter would."""
    assert keeps == parts.keeps(parameter)


@pytest.mark.parametrize(
    ("url", "clean", "told"),
    [
        ("/a?email=ada%40x.example&q=1#f=2", "/a", [("ada@x.example", "EMAIL_ADDRESS")]),
        ("?u=ada%40x.example", "", [("ada@x.example", "EMAIL_ADDRESS")]),
        ("full_name=Ada+Lovelace&x", "", [("Ada Lovelace", "PERSON")]),
        ("/a?full%5Fname=Ada&utm_source=x", "/a?utm_source=x", [("Ada", "PERSON")]),
        ("/a?email=ada%40x.example", "/a?email=ada%40x.example", []),
        ("/a?city=Paris&plan=pro", "/a", []),
        ("/a", "/a", []),
    ],
)
def test_what_was_cut_is_told(url: str, clean: str, told: list[tuple[str, str]]) -> None:
    """A parameter that is a person's and went is said, as it reads; one that stayed, or is nobody's, is not."""
    cut: set[str] = set()
    assert told == list(personal(url, clean, cut))
    assert [] == list(personal(url, clean, cut))


def test_a_title_does_not_repeat_what_a_url_lost() -> None:
    """The address in a parameter names the visitor whom the page's title names."""
    record = {
        "event": "x",
        "properties": {"$current_url": "/a?email=ada.lovelace%40x.example", "title": "Ada Lovelace: bills"},
    }
    left = event(program(dialect="mixpanel"), record)
    assert {"$current_url": "/a", "title": "[PERSON] [PERSON]: bills"} == left["properties"]

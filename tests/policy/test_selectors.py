from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy.selectors import Selector, SelectorError, dotted, split


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ("a",)),
        ("a.b", ("a", "b")),
        (r"a\.b.c", ("a.b", "c")),
        (r"a\\b", ("a\\b",)),
        (r"a\"b", ('a"b',)),
        ('event."[Amplitude] Page.URL"', ("event", "[Amplitude] Page.URL")),
        ("$set.$os", ("$set", "$os")),
        ("国.x y", ("国", "x y")),
    ],
)
def test_dotted_text_is_split(text: str, names: tuple[str, ...]) -> None:
    """Dots part names; a backslash or quotes hold a name together."""
    assert names == split(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "expected a name at character 1"),
        ("a..b", "expected a name at character 3"),
        ("a.", "expected a name at character 3"),
        ('a."b', "expected a name at character 3"),
        ('a.""', "expected a name at character 3"),
        ('"a"b', "expected a dot at character 4"),
        ("a\\", "expected a dot at character 2"),
    ],
)
def test_what_is_not_dotted_is_refused(text: str, fault: str) -> None:
    """An empty name, an open quote or a stray sign is named with its position."""
    with pytest.raises(SelectorError) as raised:
        split(text)
    assert fault == str(raised.value)


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1), min_size=1).map(
        tuple
    )
)
def test_dotted_names_come_back(names: tuple[str, ...]) -> None:
    """`split` gives back what `dotted` wrote, whatever the names hold."""
    assert names == split(dotted(names))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("plan", "expected one of event, profile, group, query, record, any before the first dot, got `plan`"),
        ("events.plan", "expected one of event, profile, group, query, record, any before the first dot, got `events`"),
        ("event", "expected a field after `event.`, got none"),
    ],
)
def test_a_selector_begins_with_a_scope(text: str, fault: str) -> None:
    """A selector says whose field it means, and which."""
    with pytest.raises(SelectorError) as raised:
        Selector.parse(text)
    assert fault == str(raised.value)


def _matches(selector: str, *places: str) -> bool:
    return Selector.parse(selector).matches([(names[0], names[1:]) for names in map(split, places)])


@pytest.mark.parametrize(
    ("selector", "place", "matches"),
    [
        ("event.plan", "event.plan", True),
        ("event.plan", "profile.plan", False),
        ("event.plan", "event.plan.x", False),
        ("event.plan", "event.Plan", False),
        ("event.utm_*", "event.utm_source", True),
        ("event.utm_*", "event.utm_", True),
        ("event.utm_*", "event.autm_x", False),
        ("event.*", "event.a", True),
        ("event.*", "event.a.b", False),
        ("event.**", "event.a.b.c", True),
        ("event.**.email", "event.email", True),
        ("event.**.email", "event.a.b.email", True),
        ("event.**.email", "event.a.b.mail", False),
        ("event.a.**.b.*", "event.a.x.b.c", True),
        ("any.note", "record.a.b.note", True),
        ("any.note", "record.note", True),
        ("any.note", "event.note", False),
        ("any.a.note", "record.x.a.note", True),
        ("any.a.note", "record.a.x.note", False),
        ('event."[Amplitude] Page URL"', 'event."[Amplitude] Page URL"', True),
        ("event.[ab]", "event.a", False),
        ("event.a?", "event.ab", False),
        ("event.a?", "event.a?", True),
    ],
)
def test_a_selector_matches(selector: str, place: str, matches: bool) -> None:
    """`*` stands for any part of a name, `**` for any number of names, `any` for any depth, all else for itself."""
    assert matches == _matches(selector, place)


def test_one_of_many_places_is_enough() -> None:
    """A field is known under several places; a selector that names one of them names the field."""
    assert _matches("profile.email", 'record."$set".email', "profile.email")


@pytest.mark.parametrize(
    ("selector", "place", "leads"),
    [
        ("event.address.city", "event.address", True),
        ("event.addr*.city", "event.address", True),
        ("event.address.city", "event.address.city", False),
        ("event.address.city", "event.other", False),
        ("event.address.city", "profile.address", False),
        ("event.**.city", "event.address", False),
        ("any.city", "record.address", False),
    ],
)
def test_a_selector_leads_through_objects(selector: str, place: str, leads: bool) -> None:
    """The objects on the way to a named field are told; wildcards of any depth lead nowhere."""
    scope, *names = split(place)
    assert leads == Selector.parse(selector).leads([(scope, tuple(names))])


@pytest.mark.parametrize(
    ("selector", "place", "reaches"),
    [
        ("event.address.city", "event.address", True),
        ("event.address.city", "event.other", False),
        ("event.**.city", "event.address", True),
        ("event.**.city", "profile.address", False),
        ("any.city", "record.address", True),
    ],
)
def test_a_selector_reaches_into_objects(selector: str, place: str, reaches: bool) -> None:
    """Whatever may be named within an object is told, at any depth."""
    scope, *names = split(place)
    assert reaches == Selector.parse(selector).reaches([(scope, tuple(names))])


def test_a_selector_is_written_as_it_was() -> None:
    """The text of a selector reads back as the same."""
    selector = Selector.parse(r"event.a\.b.*")
    assert selector == Selector.parse(str(selector))

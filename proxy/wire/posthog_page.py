r"""What PostHog's SDKs tell of browser and page: the catalogue, and two formats that are taken apart and put together.

    button.btn.primary:attr__id="b-key"nth-child="4"nth-of-type="1"text="Create key";main:nth-child="3"nth-of-type="1"
    ╰── name ────────╯ ╰── attributes, \" within ───────────────────────────────────╯ ╰── the element around it

The chain is the path of elements that autocapture saw; a heat map's names are the addresses of pages. `posthog` opens
both to lists of objects, so that the policy speaks of each attribute and address, and closes them again. What would not
come out as it went in is not opened.

Source: captures of posthog-js 1.449.2; PostHog, plugin-server, `elements-chain.ts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from proxy.wire.dialect import Field, Form
from proxy.wire.json_text import limit
from proxy.wire.parts import UTM, below, every, nobody, parameters

__all__ = ["AUTOMATIC", "PAGE", "close_chain", "open_chain", "unpack"]

NAME = "name"
"""Where an element's tag and classes stand among its attributes."""

_TEXT, _URL, _SCREEN, _AGENT = Field(form=Form.TEXT), Field("URL"), Field("SCREEN_TEXT"), Field("USER_AGENT")

_ELEMENT = {
    **every(f"{NAME} attr__class attr__id attr__name attr_id attr_class attr__type tag_name classes", _TEXT),
    **every("href attr__href attr__action attr__src", _URL),
    **nobody("nth-child nth-of-type nth_child nth_of_type attr__method attr__role"),
}
"""Other attributes, and its text, are what it shows."""

_FRAME = {
    **every("filename abs_path", _URL),
    **every("function module context_line pre_context post_context", _TEXT),
    **nobody("lineno colno in_app platform raw_id chunk_id mangled_name resolved lang synthetic"),
}
_VITALS = {
    **every("$current_url navigationURL attribution.url", _URL),
    **every("attribution.target attribution.interactionTarget attribution.largestShiftTarget", _TEXT),
    **nobody("$session_id $window_id delta id name rating timestamp value navigation* attribution.*"),
}
_TAGS = (*UTM, *"gad_source gclsrc epik igshid irclid mc_cid qclid rdt_cid sccid oppref bfcid _kx keyword".split())

_PLACES = "current_url pathname referrer referring_domain"
AUTOMATIC = {
    **every("$os $os_version $os_name $os_distro $browser $browser_version $device $device_model", _AGENT),
    **every("$device_name $device_manufacturer $raw_user_agent $user_agent $python_runtime $python_version", _AGENT),
    **every(" ".join(f"${name} $initial_{name} $session_entry_{name}" for name in _PLACES.split()), _URL),
    **every("$session_entry_url $external_click_url $prev_pageview_pathname $lib_custom_api_host", _URL),
    **every("$initial_person_info.u $initial_person_info.r", _URL),
    **parameters(_TAGS), **parameters(_TAGS, "$initial_"), **parameters(_TAGS, "$session_entry_"),
    **every("$timezone $geoip_*", Field("LOCATION_COARSE")), "$ip": Field("IP_ADDRESS"),
    **every("$geoip_latitude $geoip_longitude $geoip_postal_code", Field("LOCATION_PRECISE")),
    **nobody(
        "$host $initial_host $session_entry_host $lib $lib_version $device_type $screen_* $viewport_* $is_server "
        "$browser_language* $browser_type $geoip_disable $survey_responded/* $timezone_offset $feature/*"
    ),
}  # fmt: skip
"""Properties that the SDKs set by themselves, on events and persons alike."""

PAGE = {
    **every("$elements_chain $elements $el_text $selected_content", _SCREEN),
    **below("$elements_chain $elements", _ELEMENT),
    "$heatmap_data.url": _URL,
    **below("$web_vitals_*_event", _VITALS),
    **every("$exception_list.value $exception_list.type $exception_message $exception_type", _TEXT),
    **below("$exception_list.stacktrace.frames", _FRAME),
    **nobody(
        "$heatmap_data.points.* $event_type $ce_version $prev_pageview_* $web_vitals_*_value navigation_type "
        "$exception_level $exception_list.module $exception_list.mechanism.* $exception_list.*_id "
        "$exception_list.stacktrace.type $exception_fingerprint"
    ),
}
"""Properties of page views, autocapture, heat maps, web vitals and errors."""

_TEXT_WITHIN = r'[^"\\]*+(?:\\.[^"\\]*+)*'
_OWN = "(?:attr_|href=|nth-|text=)"
_LINK = re.compile(
    rf'([^":;]*+(?::(?!{_OWN}|[^":;]*+")[^":;]*+)*)(?::((?:[^"=;]++="{_TEXT_WITHIN}")*))?', re.DOTALL
).match
"""A class may hold a colon (`md:flex`): attributes begin at the first colon that one of PostHog's own names follows, or
at the last one before a quotation mark. What follows a repeated group may be empty, so that no step goes back: a chain
of colons would take the square of its length. Only what repeats one character is possessive: up to Python 3.11.4 a
possessive group matches something else (python/cpython#106052)."""
_ENDS = ("", ";")
_PAIR = re.compile(rf'([^"=;]+)="({_TEXT_WITHIN})"', re.DOTALL)


def open_chain(chain: Any) -> list[dict[str, str]] | None:
    """Take a chain apart, or give None when it is none."""
    if not isinstance(chain, str) or not chain:
        return None
    elements: list[dict[str, str]] = []
    position = 0
    while position < len(chain):
        found = _LINK(chain, position)
        if found is None or chain[found.end() : found.end() + 1] not in _ENDS:
            return None
        pairs = {name: value.replace('\\"', '"') for name, value in _PAIR.findall(found[2] or "")}
        elements.append({NAME: found[1], **pairs})
        position = found.end() + 1
    return elements if close_chain(elements) == chain else None


def _size(chain: Any) -> int:
    """Tell what a chain opens into, in objects of JSON: an element is half of one, and as much as four attributes."""
    return (chain.count(";") + chain.count("=") // 4) // 2 if isinstance(chain, str) else 0


def close_chain(elements: list[dict[str, Any]]) -> str:
    """Put a chain together from what is left of its elements."""
    return ";".join(map(_written, elements))


def _written(element: dict[str, Any]) -> str:
    pairs = [f'{name}="{_quoted(value)}"' for name, value in element.items() if name != NAME]
    return f"{element.get(NAME, '')}:{''.join(pairs)}" if pairs else str(element.get(NAME, ""))


def _quoted(value: Any) -> str:
    return str(value).replace('"', '\\"')


def _open_map(points: Any) -> list[dict[str, Any]] | None:
    return [{"url": url, "points": value} for url, value in points.items()] if isinstance(points, dict) else None


def _close_map(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Put a heat map together; two addresses that have become one share their points."""
    joined: dict[str, Any] = {}
    for page in pages:
        url, points = str(page.get("url", "")), page.get("points")
        both = isinstance(points, list) and isinstance(joined.get(url), list)
        joined[url] = joined[url] + points if both else points
    return joined


_FORMATS: dict[str, tuple[Callable[[Any], list[dict[str, Any]] | None], Callable[[list[dict[str, Any]]], Any]]] = {
    "$elements_chain": (open_chain, close_chain),
    "$heatmap_data": (_open_map, _close_map),
}


def unpack(records: list[dict[str, Any]]) -> Callable[[], None] | None:
    """Open every chain and heat map among the properties of events, in place.

    Returns:
        What closes them again; None when there were none.

    Raises:
        InflationLimit: 413, they open into more than a request may.
    """
    size = 0
    opened: list[tuple[dict[str, Any], str]] = []
    for record in records:
        held = record.get("properties")
        if not isinstance(held, dict):
            continue
        for name in _FORMATS.keys() & held.keys():
            size += _size(held[name])
            limit(size, "elements in chains", name)
            inside = _FORMATS[name][0](held[name])
            if inside is not None:
                held[name] = inside
                opened.append((held, name))

    def close() -> None:
        for held, name in opened:
            if isinstance(held.get(name), list):
                held[name] = _FORMATS[name][1](held[name])

    return close if opened else None

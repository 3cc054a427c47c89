"""What can be set."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from proxy.settings import LaneSettings, LimitSettings, Settings

MEASURES = re.compile(r"_(s|bytes)$")


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for info in model.model_fields.values():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _models(info.annotation)


MODELS: list[type[BaseModel]] = [*_models(Settings), LaneSettings]
FIELDS = [
    pytest.param(info, id=f"{model.__name__}.{name}") for model in MODELS for name, info in model.model_fields.items()
]


@pytest.mark.parametrize("info", FIELDS)
def test_every_setting_is_described(info: FieldInfo) -> None:
    """In its field, or, for a section, in its class."""
    described = info.description or (getattr(info.annotation, "__doc__", None) if info.annotation else None)
    assert described or "LaneSettings" in str(info.annotation)


LANE = {"path": "/mp", "dialect": "mixpanel", "upstream": "https://api.vendor.example"}

LABELS = [
    ({}, "mp"),
    ({"path": "/"}, "mixpanel"),
    ({"path": "/EU/mp.v2/"}, "eu-mp-v2"),
    ({"name": "shop"}, "shop"),
]


@pytest.mark.parametrize(("given", "label"), LABELS)
def test_a_lane_has_a_name(given: dict[str, str], label: str) -> None:
    """Its own, or one made of its path."""
    assert label == LaneSettings.model_validate(LANE | given).label


WRONG = [
    {"path": "mp"},
    {"path": "/mp?x"},
    {"path": "/mp//x"},
    {"path": "/{x}"},
    {"upstream": "ftp://a.example"},
    {"upstream": "https://user:secret@a.example"},
    {"upstream": "https://a.example/?key=1"},
    {"upstream": "https://a.example/#x"},
    {"upstream": "https://"},
    {"origins": ["a.example"]},
    {"origins": ["https://a.*.example"]},
    {"origins": "https://a.example"},
    {"delivery": "pigeon"},
    {"in_flight": 0},
    {"in_flight": "8"},
    {"name": "Shop"},
    {"surprise": 1},
]


@pytest.mark.parametrize("given", WRONG, ids=str)
def test_a_lane_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    """Nothing is guessed, coerced or skipped."""
    with pytest.raises(ValidationError):
        LaneSettings.model_validate(LANE | given)


RIGHT = [
    {"upstream": "http://[::1]:8080/base"},
    {"upstream": "https://a.example/eu/v1/"},
    {"origins": ["*", "null", "https://a.example", "https://*.a.example:8443", "http://[::1]:3000"]},
]


@pytest.mark.parametrize("given", RIGHT, ids=str)
def test_a_lane_that_makes_sense_is_taken(given: dict[str, object]) -> None:
    """Base paths, IPv6 and patterns of origins."""
    LaneSettings.model_validate(LANE | given)


ENDLESS = [{"drain_timeout_s": float("inf")}, {"read_timeout_s": 86_401.0}, {"connections": 10**18}]


@pytest.mark.parametrize("given", ENDLESS, ids=str)
def test_a_limit_that_bounds_nothing_is_refused(given: dict[str, object]) -> None:
    """The system's clocks and counts end somewhere, and a process that waits for ever does not end."""
    with pytest.raises(ValidationError):
        LimitSettings.model_validate(given)


def test_settings_do_not_change() -> None:
    """They are read once; a reload makes new ones."""
    lane = LaneSettings.model_validate(LANE)
    with pytest.raises(ValidationError):
        setattr(lane, "path", "/other")  # noqa: B010  # mypy knows that it cannot be set

"""Catalogue pieces that several vendors share. A vendor's own words stay in the vendor's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proxy.wire.dialect import Ack, Contract, Field, Form

__all__ = ["CAMPAIGN", "PIXEL", "RESERVED", "UTM", "below", "every", "nobody", "parameters"]

RESERVED = Field(contract=Contract.RESERVED)

_CLOSED, _OPEN = Field(), Field(form=Form.TEXT)

PIXEL = Ack(
    200,
    "image/gif",
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
)
"""A transparent GIF of one pixel, for events that travel as an image's address."""

UTM = (
    "utm_source utm_medium utm_campaign utm_term utm_content utm_id utm_source_platform utm_campaign_id "
    "utm_creative_format utm_marketing_tactic gclid fbclid msclkid ttclid twclid li_fat_id dclid wbraid gbraid"
).split()
"""URL parameters that SDKs copy into fields of their own: campaign tags and click ids.
Source: Google Analytics, "Campaigns and traffic sources"; mixpanel-browser 2.83.0."""

CAMPAIGN = {name.removeprefix("utm_"): name for name in UTM} | {"name": "utm_campaign"}
"""The same parameters as Segment-shaped SDKs write them below `context.campaign`."""


def nobody(names: str) -> dict[str, Field]:
    """Make catalogue entries for fields that say nothing of a person, names separated by blanks.

    What a `*` stands for is not the vendor's word alone: such fields are scanned.
    """
    return {name: _OPEN if "*" in name else _CLOSED for name in names.split()}


def every(names: str, field: Field) -> dict[str, Field]:
    """Make the same catalogue entry for several fields, names separated by blanks."""
    return dict.fromkeys(names.split(), field)


def below(places: str, fields: Mapping[str, Field]) -> dict[str, Field]:
    """Put catalogue entries below one or more places, separated by blanks."""
    return {f"{place}.{name}": field for place in places.split() for name, field in fields.items()}


def parameters(names: Iterable[str], prefix: str = "") -> dict[str, Field]:
    """Make catalogue entries for URL parameters that were copied into fields."""
    return {prefix + name: Field("URL", parameter=name) for name in names}

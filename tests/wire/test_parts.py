"""Catalogue pieces: small makers of entries."""

from __future__ import annotations

from proxy.wire.dialect import Contract, Field, Form
from proxy.wire.parts import CAMPAIGN, PIXEL, RESERVED, UTM, below, every, nobody, parameters


def test_entries_are_made_from_words() -> None:
    """Names become entries: nobody's (scanned where any name fits), all the same, below a place, copies."""
    assert {"a": Field(), "b.*": Field(form=Form.TEXT)} == nobody("a b.*")
    assert {"a": Field("URL"), "b": Field("URL")} == every("a b", Field("URL"))
    assert {"x.a": Field(), "y.a": Field()} == below("x y", nobody("a"))
    assert {"initial_utm_term": Field("URL", parameter="utm_term")} == parameters(["utm_term"], "initial_")


def test_every_campaign_tag_is_a_parameter() -> None:
    """Segment's words below `campaign` lead to the URL parameters that they copy."""
    assert set(UTM) == set(CAMPAIGN.values())
    assert ("utm_campaign", "utm_campaign", "gclid") == (CAMPAIGN["name"], CAMPAIGN["campaign"], CAMPAIGN["gclid"])


def test_shared_pieces_are_what_they_say() -> None:
    """A reserved field may not be touched; the pixel is a GIF."""
    assert Contract.RESERVED == RESERVED.contract
    assert (200, "image/gif", b"GIF89a") == (PIXEL.status, PIXEL.content_type, PIXEL.body[:6])

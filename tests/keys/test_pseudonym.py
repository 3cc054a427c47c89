from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.keys.pseudonym import Pseudonymizer, Sealer
from proxy.keys.shapes import SHAPES

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PSEUDONYMS = Pseudonymizer(KEY, "abc123")
SEALER = Sealer(KEY + OTHER, "abc123")
VALUES = st.text(st.characters(), min_size=1)  # lone surrogates included


def test_a_token_is_the_hmac_of_the_value() -> None:
    """The body is HMAC-SHA256 as anybody computes it, cut to 128 bits; the tag is one of the body."""
    body = hmac.digest(KEY, b"ada@example.com", "sha256")[:16]
    tag = hmac.digest(hashlib.sha256(b"tag" + KEY).digest(), body, "sha256")[:4]
    written = urlsafe_b64encode(body + tag).decode().rstrip("=")
    assert f"p1_abc123_{written}" == PSEUDONYMS.token("ada@example.com")


@given(VALUES)
def test_a_pseudonym_is_recognised(value: str) -> None:
    """A token of this key is given back as it is, and looks like one."""
    token = PSEUDONYMS.token(value)
    assert token == PSEUDONYMS.token(token)
    assert re.fullmatch(r"p1_abc123_[A-Za-z0-9_-]{27}", token)
    assert PSEUDONYMS.made(token)


@given(VALUES, VALUES)
def test_equal_values_only_have_equal_tokens(one: str, two: str) -> None:
    """Joins survive, and nothing else joins."""
    assert (one == two) == (PSEUDONYMS.token(one) == PSEUDONYMS.token(two))


def _spelled_again(token: str) -> str:
    """Change bits of the last character that stand for nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


@pytest.mark.parametrize(
    "forged",
    [
        "p1_abc123_" + "A" * 27,
        "p1_abc123_" + "Ada_Lovelace_Countess_of_Lo",
        "p1_abc123_" + "!" * 27,
        "p1_abc123_" + "ü" * 27,
        "p1_abc123_" + "\ud83d" * 27,
        "p1_abc123_",
        _spelled_again(PSEUDONYMS.token("ada")),
        PSEUDONYMS.token("ada") + "x",
        PSEUDONYMS.token("ada")[:-1],
        PSEUDONYMS.token("ada").replace("abc123", "abc124"),
        Pseudonymizer(OTHER, "abc123").token("ada"),
    ],
)
def test_a_forged_token_is_hashed_again(forged: str) -> None:
    """Nobody passes a value by dressing it as a token: not another key's, not another spelling of ours."""
    assert not PSEUDONYMS.made(forged)
    assert forged != PSEUDONYMS.token(forged)
    assert PSEUDONYMS.made(PSEUDONYMS.token(forged))


def test_an_id_of_the_vendors_form_keeps_it() -> None:
    """Where a vendor insists on a form, an id of that form becomes one of it; all others become tokens."""
    shaped = Pseudonymizer(KEY, "abc123", (SHAPES["hex16"],))
    token = shaped.token("37be42d094381d2e")
    assert re.fullmatch("[0-9a-f]{16}", token)
    assert token != "37be42d094381d2e"
    assert token == shaped.token(token)
    assert [True, False] == [shaped.made(token), shaped.made("37be42d094381d2e")]
    assert PSEUDONYMS.token("user-42") == shaped.token("user-42")


@given(st.text(st.characters()))
def test_what_was_sealed_opens(value: str) -> None:
    """The holder of the key reads the value again; equal values have equal tokens."""
    token = SEALER.token(value)
    assert value == SEALER.open(token)
    assert token == SEALER.token(token)
    assert token == Sealer(KEY + OTHER, "abc123").token(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada@example.com",
        "e1_abc123_",
        "e1_abc123_AAAA",
        "e1_abc123_ü",
        SEALER.token("ada").removeprefix("e1_abc123_"),
        SEALER.token("ada")[:-1],
        SEALER.token("ada") + "=",
        SEALER.token("ada")[:14] + "!" + SEALER.token("ada")[14:],
        Sealer(OTHER + KEY, "abc123").token("ada"),
        Sealer(KEY + OTHER, "abc124").token("ada"),
    ],
)
def test_what_this_key_did_not_seal_does_not_open(text: str) -> None:
    """Anything but a token of this key, in its one spelling, is a value like any other: it is sealed itself."""
    assert SEALER.open(text) is None
    assert text == SEALER.open(SEALER.token(text))

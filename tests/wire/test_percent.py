from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.wire.percent import quoted, unquoted

SIGNS = st.lists(st.sampled_from([b"%", b"=", b"\n", b"\r", b"+", b" ", b"2", b"7B", b"fF", b"\x00", b"\xff", b"_"]))


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (b"%7B%22a%22%3A+1%7D", b'{"a": 1}'),
        (b"%7b%22a%22%3a%201%7d", b'{"a": 1}'),
        (b"a=b%3D", b"a=b="),
        (b"a%0Ab", b"a\nb"),
        (b"100%", b"100%"),
        (b"%zz%20", b"%zz "),
        (b"%%41", b"%A"),
        (b"_%5F", b"__"),
        (b"", b""),
    ],
)
def test_decodes_escapes_and_leaves_what_is_none(escaped: bytes, plain: bytes) -> None:
    """Escapes of either case and `+` are decoded, a broken escape stays as it is."""
    assert plain == unquoted(escaped)


@given(SIGNS.map(b"".join) | st.binary())
def test_decodes_like_urllib(text: bytes) -> None:
    """The short way gives what urllib gives, broken escapes included."""
    assert unquote_to_bytes(text.replace(b"+", b" ")) == unquoted(text)


@given(SIGNS.map(b"".join) | st.binary())
def test_encodes_like_urllib(text: bytes) -> None:
    """Everything but unreserved characters is escaped, a space as the caller wants it."""
    assert (quote(text, safe="").encode(), quote_plus(text).encode()) == (quoted(text), quoted(text, b"+"))

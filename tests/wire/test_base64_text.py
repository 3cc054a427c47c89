from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.errors import FramingInvalid
from proxy.wire.base64_text import open_base64

TELLING = b"\xfb\xff\xfe>"  # `+//+Pg==` and `-__-Pg==`


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (b"+//+Pg==", b"+//+Pg=="),
        (b"+//+Pg", b"+//+Pg"),
        (b"-__-Pg==", b"-__-Pg=="),
        (b"-__-Pg", b"-__-Pg"),
        (b" // Pg==", b"+//+Pg=="),
        (b"-__-", b"-__-Pg"),
        (b"YQ", b"-__-Pg"),
        (b"YQ==", b"+//+Pg=="),
        (b"YWFh", b"+//+Pg=="),
        (b"", b"+//+Pg=="),
    ],
)
def test_writes_the_alphabet_and_padding_it_read(text: bytes, reply: bytes) -> None:
    """Other bytes are encoded as the client would have; a text that shows no difference counts as padded standard."""
    assert reply == open_base64(text)[1](TELLING)


@pytest.mark.parametrize(
    "text",
    [
        b"YQ=",
        b"YQ===",
        b"Y",
        b"YQ==YQ==",
        b"YQ==x",
        b"Y!Q=",
        b"YQ\n==",
        b"YWFh\n",
        b"=YQ=",
        b"YWFh=",
        b"YWFh==",
        b"YWFh====",
        b"-__-==",
        b"====",
        b"+_==",
        b"-/AA",
        b"\xff\xff",
    ],
)
def test_refuses_what_decoders_read_differently(text: bytes) -> None:
    """Stray letters, wrong padding, both alphabets at once and anything behind the end are refused."""
    with pytest.raises(FramingInvalid):
        open_base64(text)


@given(st.binary(), st.sampled_from([b64encode, urlsafe_b64encode]), st.booleans())
def test_any_bytes_come_back(data: bytes, encode: object, is_padded: bool) -> None:
    """What was decoded and is encoded again opens to the same bytes."""
    assert callable(encode)
    text = encode(data) if is_padded else encode(data).rstrip(b"=")
    opened, close = open_base64(text)
    assert (data, data) == (opened, open_base64(close(data))[0])

"""Bytes of a vendor → one `Answer`: HTTP/1 by llhttp, bounded, and strict about where an answer ends.

`connection` makes an `AnswerReader` for each request and feeds it what arrives. llhttp is left as strict as it comes:
two lengths, both kinds of length, folded or bare lines and bad chunks are errors. A reader takes one answer; bytes
behind it end the connection and are never read as the answer to the next request (line breaks are skipped: some servers
send one too many). No socket, no clock, and nothing of an answer in an error.
"""

from __future__ import annotations

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from proxy.delivery.delivery import Answer
from proxy.errors import DeliveryError, UpstreamUnreachable

__all__ = ["HEAD_BYTES", "AnswerReader"]

HEAD_BYTES = 2**16
"""Of a head, a chunk's extensions or the trailers: the most that arrives without a byte of a body.
curl takes 300 KiB of headers, Go 1 MiB, aiohttp 8 KiB a line."""

INTERIM_LIMIT = 16
"""Answers from 100 to 199 before the real one; vendors send one or none. Source: RFC 9110 section 15.2."""

SWITCHING = 101
"""Asked for by nobody: what follows would be no HTTP."""


class AnswerReader:
    """Reads one answer. `reusable` then says whether its connection may carry another request.

    Args:
        limit_bytes: of the body.
        bodiless: the request was a HEAD, so that a length in the answer announces nothing.
    """

    __slots__ = (
        "_bodiless", "_body", "_chunked", "_fault", "_headers", "_interim", "_limit", "_parser", "_progress", "_quiet",
        "_status", "answer", "reusable",
    )  # fmt: skip

    def __init__(self, limit_bytes: int, *, bodiless: bool = False) -> None:
        self.answer: Answer | None = None
        self.reusable = False
        self._limit, self._bodiless = limit_bytes, bodiless
        self._parser = HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._status = self._interim = self._quiet = 0
        self._progress = self._chunked = False
        self._fault: DeliveryError | None = None

    def feed(self, data: bytes) -> Answer | None:
        """Take what arrived; nothing after the answer.

        Returns:
            The answer as soon as it is whole.

        Raises:
            UpstreamUnreachable: 502, this is no answer.
            DeliveryError: 502, it is one that is too large or not for us.
        """
        at = 0
        while at < len(data) and self.answer is None:
            piece = data[at : at + HEAD_BYTES - self._quiet]
            at += len(piece)
            self._parse(piece)
        if self.answer is not None:
            self.reusable = self.reusable and at == len(data)
            del self._parser  # holds this object, which holds it: let the garbage collector sleep
        return self.answer

    def end(self) -> Answer:
        """Take the end of the connection, which ends an answer that has no other end. Source: RFC 9112 section 6.3.

        Raises:
            UpstreamUnreachable: 502, the answer is not whole.
        """
        framed = {"content-length", "transfer-encoding"} & {name.lower() for name, _ in self._headers}
        if not self._status or framed:
            raise UpstreamUnreachable("a whole answer", "the end of the connection", "upstream")
        return self._whole()

    def _parse(self, piece: bytes) -> None:
        self._progress = False
        try:
            self._parser.feed_data(piece)
        except (HttpParserError, HttpParserUpgrade) as error:
            if self.answer is None:
                kind = type(error).__name__
                raise self._fault or UpstreamUnreachable("a whole answer", kind, "upstream") from error
            self.reusable = False  # what stands behind a whole answer is no second one
        self._quiet = 0 if self._progress else self._quiet + len(piece)
        if self._quiet >= HEAD_BYTES:
            raise DeliveryError(f"at most {HEAD_BYTES} bytes of headers", "more", "upstream")

    def _whole(self) -> Answer:
        self.answer = answer = Answer(self._status, tuple(self._headers), bytes(self._body))
        return answer

    def _refuse(self, expected: str, got: str) -> None:
        """Stop llhttp, which turns whatever is raised into an error of its own."""
        self._fault = DeliveryError(expected, got, "upstream")
        raise self._fault

    # --- called by llhttp ---

    def on_message_begin(self) -> None:
        """Take one answer and no other."""
        if self.answer is not None:
            self._refuse("one answer", "another behind it")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; one behind the body is a trailer, and no SDK reads those."""
        if not self._status:
            self._headers.append((name.decode("latin-1"), value.rstrip().decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Look at the status; skip interim answers."""
        status = self._parser.get_status_code()
        self._progress = True
        if 100 <= status < 200 and status != SWITCHING and self._interim < INTERIM_LIMIT:
            self._interim += 1
            self._headers.clear()
            return
        if not 200 <= status <= 599:
            self._refuse("an answer", "a status that is none")
        self._status = status
        if self._bodiless:
            self._whole()

    def on_chunk_header(self) -> None:
        """See to it that chunks are the only transfer coding: what lies below another one is not the body."""
        if self._chunked:
            return
        self._chunked = True
        if [value.lower() for name, value in self._headers if name.lower() == "transfer-encoding"] != ["chunked"]:
            self._refuse("chunks and no other transfer coding", "another")

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._progress = True
        self._body += piece
        if len(self._body) > self._limit:
            self._refuse(f"at most {self._limit} bytes", "a larger answer")

    def on_message_complete(self) -> None:
        """Finish, unless the answer was an interim one."""
        if self._status and self.answer is None:
            self._whole()
            self.reusable = self._parser.should_keep_alive() and self._parser.get_http_version() == "1.1"

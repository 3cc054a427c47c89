"""HTTP/1.1 for both ports, on llhttp: bytes of a connection to requests, answers to bytes.

`body`, `head`, `request`, `response` are values and rules, `parser` turns bytes into requests without any I/O,
`connection` is the one asyncio file, `server` knows all connections. Nothing here knows lanes, vendors or CORS, and
nothing of a request ever stands in an error or a log.
"""

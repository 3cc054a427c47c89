"""eventveil: analytics events with the people taken out.

The path of one event, told once:

    bytes in ─▶ wire.decode ─▶ Batch of Records ─▶ Program ─▶ seal ─▶ bytes out ─▶ delivery
     server        core            values            core      core      values       shell

An unmodified SDK posts to a *lane*, a path prefix bound to a vendor's *dialect*, a compiled policy and an upstream.
`server.intake` reads the request into a `WireRequest`. The dialect finds the route, opens the layers the client put
around its document (`wire.framing`), and points at the *records* in it: live views, nothing is translated. The policy's
`Program` walks records of one shape together, by a plan made once for it: identifiers become keyed pseudonyms, names
are dropped, places and browsers are made coarser. What no rule knows is scanned: one prefilter pass over the distinct
strings of the whole batch, exact confirmation only on a hit, and a search for copies of what was removed. The batch is
sealed in the client's own framing and delivered; the vendor's answer goes back to the SDK.

The core (`errors model wire detect keys policy scrub`) is pure: no clock, no socket, no log. It returns a `Report`; the
shell (`server delivery telemetry app cli`) counts, logs and delivers. When anything is in doubt nothing leaves.

Imports go down this ladder, kept by a contract in `pyproject.toml`:

    cli  app  settings  server  scrub|delivery|telemetry  policy  wire|detect|keys  model  errors
"""

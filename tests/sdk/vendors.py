"""What each vendor answers its own SDK, as far as the SDK needs it. `sdks` names one for each row.

Where the vendor can switch session replay on from afar, it is on.

Source: captures of the real SDKs, and their own sources where they read an answer.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.sdk.house import HERE, Answer

__all__ = ["accepting", "amplitude", "mixpanel", "posthog", "rudderstack", "segment"]

JSON = "application/json"
SCRIPTS = HERE / "node_modules" / "posthog-js" / "dist"


def _json(document: object) -> Answer:
    return 200, JSON, json.dumps(document).encode()


def accepting(_method: str, _path: str) -> Answer:
    """Take everything without a word (Snowplow, Plausible, Matomo, GA4)."""
    return 200, "text/plain", b"ok"


def mixpanel(_method: str, path: str) -> Answer:
    """Answer Mixpanel's ingestion, flags and settings."""
    if "settings" in path:
        return _json({"sdk_config": {"config": {"record_sessions_percent": 100}}})
    return _json({"flags": {}}) if "flags" in path else _json({"error": None, "status": 1})


def segment(_method: str, path: str) -> Answer:
    """Answer Segment's settings, without which analytics.js sends nothing, and its ingestion."""
    if "settings" in path:
        return _json({"integrations": {"Segment.io": {"apiKey": "WRITEKEYofSegment01"}}, "plan": {}})
    return _json({"success": True})


def rudderstack(_method: str, path: str) -> Answer:
    """Answer RudderStack's source configuration, without which its SDK sends nothing, and its ingestion."""
    if "sourceConfig" not in path:
        return 200, "text/plain", b"OK"
    statistics = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    source = {
        "id": "src1", "name": "shop", "writeKey": "WRITEKEYofRudder0123456789a", "enabled": True, "workspaceId": "ws1",
        "config": {"statsCollection": statistics}, "connections": [], "destinations": [], "dataplanes": {},
    }  # fmt: skip
    return _json({"source": source, "updatedAt": "2026-01-01T00:00:00.000Z"})


def amplitude(_method: str, path: str) -> Answer:
    """Answer Amplitude's remote configuration, with session replay for everybody, and its ingestion."""
    if "/config" not in path:
        return _json({"code": 200, "events_ingested": 1})
    replay = {"sr_sampling_config": {"sample_rate": 1, "capture_enabled": True}, "sr_privacy_config": {}}
    return _json({"configs": {"analyticsSDK": {"browserSDK": {}}, "sessionReplay": replay}})


POSTHOG = {
    "supportedCompression": ["gzip", "gzip-js"],
    "token": "phc_capture",
    "hasFeatureFlags": True,
    "autocapture_opt_out": False,
    "autocaptureExceptions": False,
    "analytics": {"endpoint": "/i/v0/e/"},
    "elementsChainAsString": True,
    "heatmaps": True,
    "surveys": False,
    "sessionRecording": {"endpoint": "/s/", "consoleLogRecordingEnabled": True, "recorderVersion": "v2"},
    "defaultIdentifiedOnly": True,
    "siteApps": [],
    "isAuthenticated": False,
    "toolbarParams": {},
}
"""Everything on that PostHog can switch on from afar."""


def posthog(_method: str, path: str) -> Answer:
    """Answer PostHog's remote configuration, flags and ingestion, and serve the scripts that its SDK loads later."""
    if path.endswith("config.js"):
        config = f"window._POSTHOG_REMOTE_CONFIG['phc_capture']={{config:{json.dumps(POSTHOG)},siteApps:[]}}"
        script = f"(function(){{window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};{config}}})();"
        return 200, "application/javascript", script.encode()
    if path.endswith("/config"):
        return _json(POSTHOG)
    if "/static/" in path:
        file = SCRIPTS / Path(path).name
        return (200, "application/javascript", file.read_bytes()) if file.exists() else (404, JSON, b"{}")
    if "flags" in path:
        reason = {"code": "condition_match", "condition_index": 0, "description": "Matched"}
        flag = {"key": "new-billing", "enabled": True, "variant": None, "reason": reason}
        return _json({"flags": {"new-billing": flag}, "errorsWhileComputingFlags": False, "requestId": "r-1"})
    return _json({"status": "Ok"})

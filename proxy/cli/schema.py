"""`eventveil schema`: the JSON Schema of a policy file, for editors; committed as `policies/policy.schema.json`."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from proxy.policy.spec import schema

__all__ = ["run", "text"]


def text() -> str:
    """Write the schema as it is committed."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def run(_options: Namespace) -> int:
    """Print the schema."""
    sys.stdout.write(text())
    return 0

"""A sandbox that is on trial: a process of its own, with two tenants whose keys are nobody's secret."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from harness.processes.child import Child

TENANTS = (
    {"client_id": "425462d5fcc648958485f40e501fed2f", "api_key": "trial-key-Kz81-of-the-first"},
    {"client_id": "9b1c6d0e5f2a4b7c8d3e0f1a2b3c4d5e", "api_key": "trial-key-Qx47-of-the-other"},
)
SESSION_TTL_S = 20
HANDOVER = "speak to a human"


@contextmanager
def sandbox(*options: str) -> Iterator[dict[str, str]]:
    """The environment that a command needs to test it."""
    argv = [sys.executable, "-m", "harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0"]
    argv += ["--session-ttl", str(SESSION_TTL_S), "--handover-phrase", HANDOVER, *options]
    with Child("sandbox", argv, environment={"HARNESS_SANDBOX_TENANTS": json.dumps(TENANTS)}) as child:
        first, other = TENANTS
        yield {
            "HARNESS_BASE_URL": child.announcement()["base_url"],
            "HARNESS_CLIENT_ID": first["client_id"],
            "HARNESS_API_KEY": first["api_key"],
            "HARNESS_OTHER_CLIENT_ID": other["client_id"],
            "HARNESS_OTHER_API_KEY": other["api_key"],
            "HARNESS_SESSION_TTL": str(SESSION_TTL_S),
            "HARNESS_HANDOVER_PHRASES": HANDOVER,
        }

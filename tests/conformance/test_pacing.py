"""A target behind a limiter: it is hit by many customers once, and from then on never faster than it allows."""

import pytest

from tests.mutants.trial import trial
from tests.sandbox.process import CLIENT_ID, KEY, SandboxProcess

# What was under way when the first 429 came may still be limited: ns.
UNDER_WAY_NS = 1_000_000_000


@pytest.mark.slow
def test_nothing_is_limited_again_once_the_limit_is_known(tmp_path):
    only = ("AUTH-2", "SES-2", "MSG-5", "RATE-1")
    with SandboxProcess(tmp_path, "--rate-limit", "20", "--reply-median", "0.05") as sandbox:
        target = {"HARNESS_BASE_URL": sandbox.base_url, "HARNESS_CLIENT_ID": CLIENT_ID, "HARNESS_API_KEY": KEY}
        found = trial(target, "--budget", "quick", *(word for name in only for word in ("--only", name)))
        sent = [entry for entry in sandbox.log("request") if entry["tenant"] == CLIENT_ID]
    limited = [entry["received_ns"] for entry in sent if entry["outcome"] == "limited"]

    assert found.exit_code == 0, found.output
    assert limited
    afterwards = [entry["outcome"] for entry in sent if entry["received_ns"] > limited[0] + UNDER_WAY_NS]
    assert "limited" not in afterwards
    assert len(afterwards) > 100
    assert "came too fast for it, and wait" in found.output

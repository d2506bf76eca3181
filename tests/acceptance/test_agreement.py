"""Every figure of a load run's report, held against what the sandbox knows to have happened."""

import json
from collections import Counter
from typing import Any

import pytest

from harness.histogram import summarise
from tests.acceptance.command import harness
from tests.sandbox.process import CLIENT_ID, KEY, SandboxProcess

MS = 1_000_000


class Truth:
    """The sandbox's own log, counted."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        requests = [entry for entry in entries if entry["kind"] == "request"]
        self.outcomes = Counter((entry["operation"], entry["outcome"]) for entry in requests)
        attempts = [entry for entry in entries if entry["kind"] == "attempt"]
        self.delivered = [entry for entry in attempts if entry["delivered"]]
        self.attempts = len(attempts)
        self.abandoned = sum(entry["kind"] == "abandoned" for entry in entries)
        # From the moment the message's last byte was read to the moment the webhook call set out.
        self.reply_ns = [entry["started_ns"] - entry["received_ns"] for entry in self.delivered]


@pytest.fixture
def reported(tmp_path):
    """Runs a load on a sandbox; its result and the truth."""

    def run(*options: str, sandbox_options: tuple[str, ...] = ()) -> tuple[dict[str, Any], Truth]:
        with SandboxProcess(tmp_path, "--seed", "1", "--quiet", *sandbox_options) as sandbox:
            target = {"HARNESS_BASE_URL": sandbox.base_url, "HARNESS_CLIENT_ID": CLIENT_ID, "HARNESS_API_KEY": KEY}
            done = harness("load", "conversations", "--report", str(tmp_path / "run"), *options, **target)
            assert (tmp_path / "run" / "result.json").exists(), done.stdout + done.stderr
            return json.loads((tmp_path / "run" / "result.json").read_text()), Truth(sandbox.log())

    return run


def assert_counts_agree(load: dict[str, Any], truth: Truth) -> None:
    for counted, operation in ((load["messages"], "sendMessage"), (load["sessions"], "createSession")):
        for outcome in ("accepted", "limited", "refused", "failed"):
            assert counted[outcome] == truth.outcomes[operation, outcome], (operation, outcome)
        assert counted["sent"] == sum(count for (name, _), count in truth.outcomes.items() if name == operation)
    replies = load["replies"]
    arrivals = ("first", "further", "duplicate", "unsolicited", "misrouted", "malformed")
    assert sum(replies[name] for name in arrivals) == truth.attempts == len(truth.delivered)
    assert replies["first"] == replies["answered"] + replies["late"] == truth.outcomes["sendMessage", "accepted"]


@pytest.mark.quiet
def test_two_hundred_customers_for_thirty_seconds_are_reported_as_they_were(reported):
    result, truth = reported("--customers", "200", "--duration", "30s")
    load = result["load"]

    assert_counts_agree(load, truth)
    assert load["messages"]["accepted"] > 1000
    actual = summarise(truth.reply_ns)
    assert actual is not None
    assert load["reply_ms"]["count"] == actual.count
    for percentile in ("p50", "p99"):
        expected = getattr(actual, percentile)
        assert load["reply_ms"][percentile] == pytest.approx(expected, abs=max(2.0, 0.02 * expected)), percentile
    assert result["verdict"] == "pass"


def test_a_limited_target_is_reported_as_it_was(reported):
    result, truth = reported(
        "--customers", "30", "--duration", "8s", sandbox_options=("--rate-limit", "15", "--reply-median", "0.05")
    )

    assert truth.outcomes["sendMessage", "limited"] > 0
    assert_counts_agree(result["load"], truth)
    assert result["load"]["messages"]["failed"] == 0

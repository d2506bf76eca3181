"""What the document leaves open is told as it was seen, with what it stands on."""

import pytest

from harness.conformance.gate import run_gate
from harness.profile import Profile
from harness.secret import Secret
from tests.conformance import awkward
from tests.conformance.conftest import NoWish, Verdicts


def told(profile, folder, *only):
    """By requirement: its only check's verdict."""
    run_gate(profile, folder, "r1", interrupt=NoWish(), only=only)
    return {event.requirement: event for event in Verdicts(folder).checked}


def test_a_finding_says_whether_what_was_looked_for_is_there(sandbox, tmp_path):
    seen = told(sandbox(seed=6), tmp_path, "OBS-ALLOW", "OBS-UNKNOWN-EVENTS", "OBS-PHONE-FORMATS")

    assert {event.outcome for event in seen.values()} == {"observed"}
    assert {name: event.evidence["finding"] for name, event in seen.items()} == {
        "OBS-ALLOW": "observed",
        "OBS-UNKNOWN-EVENTS": "not observed",
        "OBS-PHONE-FORMATS": "observed",
    }
    assert seen["OBS-ALLOW"].evidence["allow"] == "POST"
    assert seen["OBS-PHONE-FORMATS"].evidence["answers"]["a short code"] == "HTTP 200"
    assert not any("seed" in event.evidence for event in seen.values())


def test_a_registration_that_replaces_the_former_one_is_told_so(sandbox, tmp_path):
    seen = told(sandbox(), tmp_path, "OBS-REGISTRATIONS", "OBS-DEREGISTRATION", "RPL-1")

    assert seen["OBS-REGISTRATIONS"].evidence == {
        "finding": "observed",
        "sessions_heard_at_the_second_url": 2,
        "and_at_the_first": 0,
    }
    assert seen["OBS-DEREGISTRATION"].evidence["answers"]["DELETE"] == "HTTP 405 method_not_allowed"
    assert seen["RPL-1"].outcome == "pass"


def test_what_counts_against_a_limit_is_told_from_what_is_left_of_it(sandbox, tmp_path):
    limited = told(sandbox("--rate-limit", "1", "--burst", "200"), tmp_path / "limited", "OBS-LIMITER-COUNTS")
    free = told(sandbox(), tmp_path / "free", "OBS-LIMITER-COUNTS")

    assert limited["OBS-LIMITER-COUNTS"].evidence["spent_by_one"] == {"200": 1, "400": 1, "401": 0, "404": 1}
    assert free["OBS-LIMITER-COUNTS"].outcome == "not_exercised"
    assert "no answer tells" in free["OBS-LIMITER-COUNTS"].reason


def test_whether_use_prolongs_a_session_takes_a_time_to_live_that_can_be_waited_for(sandbox, tmp_path):
    short = told(sandbox("--session-ttl", "3", session_ttl=3.0), tmp_path / "short", "OBS-SESSION-LIFETIME")
    long = told(sandbox(session_ttl=1800.0), tmp_path / "long", "OBS-SESSION-LIFETIME")
    unknown = told(sandbox(), tmp_path / "unknown", "OBS-SESSION-LIFETIME")

    assert short["OBS-SESSION-LIFETIME"].evidence["answer"] == "HTTP 200"
    assert short["OBS-SESSION-LIFETIME"].evidence["asked_at_s"] == 4.0
    assert long["OBS-SESSION-LIFETIME"].reason == "--budget quick waits for 15 s, and not for 1800 s"
    assert unknown["OBS-SESSION-LIFETIME"].reason.startswith("no --session-ttl was given")
    assert long["OBS-SESSION-LIFETIME"].outcome == unknown["OBS-SESSION-LIFETIME"].outcome == "not_exercised"


def test_who_sends_is_told_and_that_nothing_is_signed(sandbox, tmp_path):
    seen = told(sandbox(), tmp_path, "RPL-1", "OBS-SENDER", "OBS-SIGNATURE", "OBS-WEBHOOK-URLS", "OBS-TAIL-LATENCY")

    sender = seen["OBS-SENDER"].evidence
    assert list(sender["user_agents"]) == ["messaging-sandbox"]
    assert list(sender["source_addresses"]) == ["127.0.0.1"]
    assert list(sender["http_versions"]) == ["HTTP/1.1"]
    assert seen["OBS-SIGNATURE"].evidence["finding"] == "not observed"
    assert seen["OBS-WEBHOOK-URLS"].reason.startswith("http is called")


def test_a_quick_gate_says_that_it_did_not_try_the_sender(sandbox, tmp_path):
    seen = told(sandbox(), tmp_path, "OBS-RETRIES", "OBS-REDIRECTS")

    assert {event.outcome for event in seen.values()} == {"not_exercised"}
    assert "not with --budget quick" in seen["OBS-RETRIES"].reason


@pytest.mark.slow
def test_a_sender_with_the_worst_habits_is_told_as_it_is_and_serves_the_next_check(tmp_path):
    only = ("OBS-ACCEPTED-STATUSES", "OBS-RETRIES", "OBS-RESUMING", "OBS-SENDER-TIMEOUT", "OBS-REDIRECTS")
    unseen = ("OBS-SENDER-RETRY-AFTER", "OBS-OVERTAKING")
    others = (*unseen, "OBS-HEAD-OF-LINE", "OBS-SIGNATURE", "HOOK-3", "RPL-1", "RPL-6")
    with awkward.Target() as target:
        profile = Profile(target.base_url, awkward.CLIENT, Secret(awkward.KEY), reply_timeout=3.0)
        seen = told(profile, tmp_path, *only, *others)

    assert {name: seen[name].outcome for name in ("HOOK-3", "RPL-1", "RPL-6")} == {
        "HOOK-3": "pass",
        "RPL-1": "pass",
        "RPL-6": "pass",
    }
    # Who never tries again may obey and keep the order, or not: nobody knows.
    assert {seen[name].outcome for name in unseen} == {"not_exercised"}
    assert "no answer led to another attempt within" in seen["OBS-ACCEPTED-STATUSES"].reason
    assert "no second attempt within" in seen["OBS-RETRIES"].reason
    assert seen["OBS-RESUMING"].evidence["later_reply_s"] is not None
    assert "it still waited after" in seen["OBS-SENDER-TIMEOUT"].reason
    assert seen["OBS-REDIRECTS"].reason.startswith("followed: 307, 308 of 301, 302, 307, 308")
    assert seen["OBS-HEAD-OF-LINE"].evidence["finding"] == "observed"
    assert seen["OBS-SIGNATURE"].reason == "x-signature (differs)"


def test_a_registration_that_adds_is_told_so(tmp_path):
    with awkward.Target(adds=True) as target:
        profile = Profile(target.base_url, awkward.CLIENT, Secret(awkward.KEY), reply_timeout=2.0, budget="quick")
        seen = told(profile, tmp_path, "OBS-REGISTRATIONS")

    assert seen["OBS-REGISTRATIONS"].reason == "it adds: both URLs get the reply"

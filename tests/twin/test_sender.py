"""What the gate saw of a sender, as the policy that its twin sends by."""

from typing import Any

import pytest

from harness.sandbox.sending.reading import sender_policy_from
from harness.twin.sender import sender_of

CONSTANT = {"shape": "constant", "first_s": 0.5, "factor": None, "longest_s": None, "jitter": 0.0}
RISING = {"shape": "exponential", "first_s": 0.2, "factor": 2.0, "longest_s": 2.0, "jitter": 0.0}


def seen(name: str, **evidence: Any) -> dict[str, Any]:
    return {"id": f"OBS-{name}", "verdict": "observed", "evidence": [evidence]}


def failing(schedule: dict[str, Any] | None, *gaps_s: float, quiet_s: float = 0.1, **other: Any) -> dict[str, Any]:
    told = schedule and {**schedule, "gaps_s": list(gaps_s), "quiet_s": quiet_s, **other}
    return seen("RETRIES", attempts=len(gaps_s) + 1, watched_s=7.0, schedule=told)


def policy_of(*requirements: dict[str, Any]) -> str:
    sender = sender_of("run", requirements)
    assert sender is not None
    sender_policy_from(sender.policy)  # a sandbox takes it
    return sender.policy


@pytest.mark.parametrize(
    ("retries", "policy"),
    [
        (seen("RETRIES", attempts=1, watched_s=7.0), "retry=none"),
        (failing(CONSTANT, 0.5, 0.5), "retry=constant first=0.5s attempts=1000 give-up=1h jitter=0.0"),
        (failing(CONSTANT, 0.5, 0.5, attempts=3), "retry=constant first=0.5s attempts=3 jitter=0.0"),
        (
            failing(RISING, 0.2, 0.4),
            "retry=exponential first=0.2s factor=2.0 longest=2.0s attempts=1000 give-up=1h jitter=0.0",
        ),
        (
            failing(RISING, 0.2, 0.4, longest_s=None, jitter=0.4),
            "retry=exponential first=0.25s factor=2.0 longest=1h attempts=1000 give-up=1h jitter=0.4",
        ),
        (
            failing({**CONSTANT, "shape": "table", "first_s": None}, 1.0, 5.0, jitter=None),
            "retry=table gaps=1.0s+5.0s attempts=1000 give-up=1h jitter=0.0",
        ),
    ],
)
def test_a_schedule_is_told_as_far_as_it_was_seen(retries, policy):
    assert policy_of(retries) == policy


@pytest.mark.parametrize(
    ("retries", "unseen"),
    [
        (seen("RETRIES", attempts=1, watched_s=7.0), ("retry",)),
        (failing(CONSTANT, 0.5, 0.5), ("attempts", "give-up")),
        (failing(CONSTANT, 0.5, 0.5, attempts=3), ()),
        (failing(RISING, 0.2, 0.4, longest_s=None, jitter=None), ("longest", "attempts", "give-up", "jitter")),
    ],
)
def test_what_a_schedule_only_assumes_is_told(retries, unseen):
    sender = sender_of("run", [retries])

    assert sender is not None
    assert sender.unseen == unseen


def test_every_habit_that_was_seen_is_in_it_and_no_other():
    once, again = {"attempts": 1}, {"attempts": 2}
    told = policy_of(
        seen("ACCEPTED-STATUSES", after={"200": once, "204": once, "404": once, "500": again, "a reset": again}),
        seen("SENDER-TIMEOUT", hung_up_after_s=5.04),
        failing(CONSTANT, 0.5),
        seen("SENDER-RETRY-AFTER", found={"429": "obeyed", "503": "unknown"}),
        seen("REDIRECTS", after={"307": {"followed": 1}}),
        seen("OVERTAKING", order="passed"),
    )

    assert told.startswith("accepted=2xx+404 timeout=5.0s retry=constant first=0.5s ")
    assert told.endswith(" retry-after=obey redirects=follow order=overtake")


def test_a_class_of_statuses_is_only_said_where_all_of_it_was_accepted():
    after = {"200": {"attempts": 1}, "202": {"attempts": 2}}

    assert "accepted=200 " in policy_of(seen("ACCEPTED-STATUSES", after=after), failing(CONSTANT, 0.5))


def test_a_run_in_which_no_call_failed_says_nothing_of_the_sender():
    assert sender_of("run", [{"id": "OBS-RETRIES", "verdict": "not_exercised", "evidence": []}]) is None
    assert sender_of("run", None) is None

"""What a probe came to is about the seconds after its warm-up, and what bounded a search is told truly."""

from dataclasses import replace
from typing import Any

import pytest

from harness.capacity import judge_probe, summary, tries, wants_repeating
from harness.events import Acked, Began, Ended, Event, Limited, Planned, Probed, Replied, Sent
from harness.objective import parse_objective

SECOND = 1_000_000_000
SETTINGS: dict[str, Any] = {"highest_per_s": 50.0, "highest_by": "max_rate", "objectives": ["lost<1%"]}


def run(slow_before_s: float = 0.0, limited_from_s: float = 1e9, late_s: float = 0.0) -> list[Event]:
    """Customers from 0.6 s on, five a second for 12 s, each with one message half a second after it came."""
    events: list[Event] = [Began(0, 0, "load")]
    for number in range(60):
        at = round((0.6 + number * 0.2) * SECOND)
        sent = at + round(late_s * SECOND)
        events += [Planned(at, f"o{number}", "createSession", "c"), Sent(sent, f"o{number}")]
        events.append(Acked(sent + 1, f"o{number}", 200, f"s{number}", "u"))
        said = sent + SECOND // 2
        events += [Planned(said, f"m{number}", "sendMessage", "c", f"s{number}"), Sent(said, f"m{number}")]
        if said >= limited_from_s * SECOND:
            events.append(Limited(said + 2, f"m{number}"))
            continue
        reply_s = 3.0 if said < slow_before_s * SECOND else 0.1
        events.append(Acked(said + 1, f"m{number}", 200))
        events.append(Replied(said + round(reply_s * SECOND), 0, f"s{number}", "u", "bot", f"d{number}"))
    return [*sorted(events, key=lambda event: event.at), Ended(30 * SECOND, 0, "load", "completed")]


def judged(events: list[Event], *objectives: str, max_rate: float | None = None) -> dict[str, Any]:
    texts = objectives or ("reply_p99<2s", "limited<1%")
    parsed = [parse_objective(text) for text in texts]
    return judge_probe(events, parsed, reply_timeout_s=10.0, warmup_s=3.0, probe_s=6.0, max_rate=max_rate)


def test_what_was_sent_before_the_warm_up_is_over_does_not_count() -> None:
    # The first customer comes at 0.6 s; seconds 4 to 9 are judged.
    assert judged(run(slow_before_s=3.9))["verdict"] == "pass"
    assert judged(run(slow_before_s=4.6))["verdict"] == "fail"
    assert judged(run(limited_from_s=10.0))["verdict"] == "pass"
    assert judged(run(limited_from_s=9.5))["verdict"] == "fail"


def test_a_probe_carries_its_figures() -> None:
    found = judged(run())

    assert found["messages"]["sent"] == found["sessions"]["sent"] == 30
    assert found["requests_per_s"] == 10
    assert found["reply_ms"]["p99"] == pytest.approx(100, rel=2e-3)
    assert found["little"]["holds"]
    assert found["little"]["in_flight"] == pytest.approx(0.5)


def test_windows_are_judged_within_the_same_seconds() -> None:
    (objective,) = judged(run(slow_before_s=3.9), "reply_p50<2s over 2s")["objectives"]

    assert objective["verdict"] == "pass"
    assert objective["windows"] == {"judged": 5, "missed": 0, "left_out": 0}


def test_a_probe_in_which_the_harness_was_late_is_no_evidence() -> None:
    late = judged(run(late_s=0.4, limited_from_s=0))

    assert (late["verdict"], late["validity"], late["held_back"]) == ("invalid", "invalid", False)
    assert judged(run(late_s=0.4), max_rate=15.0)["held_back"]


def test_nothing_sent_is_nothing_judged() -> None:
    assert judged([Began(0, 0, "load"), Ended(SECOND, 0, "load", "completed")])["verdict"] == "not_exercised"


def probed(number: int, rate: float, verdict: str, held_back: bool = False) -> Probed:
    return Probed(number, number, rate, "step", {"verdict": verdict, "held_back": held_back, "little": None})


def all_of(*probes: tuple[float, str]) -> list[Probed]:
    return [probed(number, rate, verdict) for number, (rate, verdict) in enumerate(probes, start=1)]


@pytest.mark.parametrize(
    ("probes", "rate", "bounded_by", "verdict"),
    [
        (all_of((1, "pass"), (2, "fail")), 1, "objective", "pass"),
        (all_of((1, "pass"), (2, "invalid"), (2, "invalid")), 1, "harness", "pass"),
        (all_of((1, "pass"), (2, "invalid"), (2, "fail")), 1, "objective", "pass"),
        (all_of((25, "pass"), (50, "pass")), 50, "max_rate", "pass"),
        ([*all_of((1, "pass")), probed(2, 2, "invalid", held_back=True)], 1, "max_rate", "pass"),
        (all_of((1, "pass")), 1, "nothing", "pass"),
        (all_of((1, "fail"), (0.5, "fail")), None, "objective", "fail"),
        (all_of((1, "invalid"), (1, "invalid"), (0.5, "invalid"), (0.5, "invalid")), None, "harness", "invalid"),
        ([], None, "nothing", "not_exercised"),
    ],
)
def test_what_bounded_the_search(probes: list[Probed], rate: float | None, bounded_by: str, verdict: str) -> None:
    found, judged_as = summary(probes, SETTINGS)

    assert (found["rate_per_s"], found["bounded_by"], judged_as) == (rate, bounded_by, verdict)


def test_a_probe_that_was_no_evidence_is_tried_again_once_and_counts_only_where_it_was_so_again() -> None:
    once = all_of((1, "pass"), (2, "invalid"))
    held = [*once[:1], replace(once[1], found={**once[1].found, "held_back": True})]

    assert wants_repeating(once)
    assert not wants_repeating(held)
    assert not wants_repeating(all_of((1, "pass"), (2, "invalid"), (2, "invalid")))
    assert not wants_repeating(all_of((1, "pass"), (2, "fail")))
    assert [each.borne for each in tries(all_of((1, "pass"), (2, "invalid"), (2, "pass")))] == [True, True]

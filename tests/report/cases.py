"""Every kind of run that a report must tell of, by name: each writes its journal into a folder."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.events import Aborted, Checked, Ended
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.none import NoLimit
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from tests.report.inquiries import write_inquiry
from tests.report.runs import (
    BROKEN_AUTH,
    BROKEN_SHOULD,
    FACTS,
    FLAKY_REPLY,
    PLACES,
    REQUIREMENTS,
    SECOND,
    WALL,
    Traffic,
    hostile,
    listed,
    probe,
    with_outcomes,
    write_capacity,
    write_conform,
    write_load,
    write_whole,
)


def green(folder: Path) -> None:
    write_whole(folder)
    write_conform(folder)
    write_load(folder, Traffic())


def reds(folder: Path) -> None:
    write_whole(folder)
    write_conform(folder, with_outcomes(BROKEN_AUTH, FLAKY_REPLY, BROKEN_SHOULD))
    write_load(folder, Traffic(lost=0.01, limited=0.08, failed=0.02))


def conform_only(folder: Path) -> None:
    write_conform(folder)


def load_only(folder: Path) -> None:
    write_load(folder, Traffic(limited=0.02))


def strict(folder: Path) -> None:
    write_conform(folder, with_outcomes(BROKEN_SHOULD), strict=True)


def known(folder: Path) -> None:
    write_conform(folder, with_outcomes(BROKEN_AUTH, FLAKY_REPLY), known_failures=listed("2026-11-22", "MSG-2"))


def out_of_date(folder: Path) -> None:
    write_conform(folder, with_outcomes(BROKEN_AUTH), known_failures=listed("2026-11-21"))


def behaviour(folder: Path) -> None:
    once, empty = (
        Checked(6, "OBS-REPLIES", "replies", "observed", 24, "one, in 24 of 24", {"finding": "observed", **FACTS}),
        Checked(6, "OBS-EMPTY", "empty", "observed", 2, "HTTP 400", {"finding": "not observed"}),
    )
    rows = [{**each.described(), "place": PLACES.get(each.id, each.place)} for each in REQUIREMENTS]
    write_conform(folder, with_outcomes(once, empty), requirements=rows)


def never_exercised(folder: Path) -> None:
    write_conform(
        folder, with_outcomes(Checked(6, "RPL-3", "pairs", "not_exercised", 0, "no two sessions had a reply"))
    )


def could_not_run(folder: Path) -> None:
    write_whole(folder)
    reason = "the webhook sink is gone (killed by signal 9)\nlast words:\n  listening on 127.0.0.1"
    write_conform(folder, with_outcomes(BROKEN_AUTH), Ended(20 * SECOND, WALL + 20 * SECOND, "conform", "died", reason))


def killed(folder: Path) -> None:
    write_load(folder, Traffic(seconds=8), killed=True)


def interrupted(folder: Path) -> None:
    end = Ended(9 * SECOND, WALL + 50 * SECOND, "load", "interrupted", "interrupted by Ctrl-C")
    write_load(folder, Traffic(seconds=8), end)


def aborted(folder: Path) -> None:
    _aborted(folder, "reply_p90<250ms over 5s")


def aborted_in_vain(folder: Path) -> None:
    _aborted(folder, "reply_p90<2s over 5s")


def _aborted(folder: Path, objective: str) -> None:
    seen = Aborted(12 * SECOND, objective, 4, 2734.5)
    end = Ended(14 * SECOND, WALL + 55 * SECOND, "load", "aborted", "an objective was broken in a window")
    write_load(folder, Traffic(seconds=11, objectives=(objective, "lost<1%"), extra=(seen,)), end, abort_early=True)


def invalid(folder: Path) -> None:
    write_load(folder, Traffic(late_by_ms=90, sink_lag_ms=310))


def degraded(folder: Path) -> None:
    write_load(folder, Traffic(late_by_ms=8, lost=0.002))


def no_samples(folder: Path) -> None:
    write_load(folder, Traffic(seconds=0))


def one_second(folder: Path) -> None:
    write_load(folder, Traffic(seconds=1, rate=3))


def one_hour(folder: Path) -> None:
    write_load(folder, Traffic(seconds=3600, rate=1, limited=0.03))


SEARCHED = [probe(number, rate) for number, rate in enumerate((1.0, 2.0, 4.0, 8.0, 16.0, 32.0), start=1)] + [
    probe(number, rate, "bisection") for number, rate in enumerate((22.6, 26.9, 24.7, 23.6), start=7)
]


# A rule that the made-up limits of these runs keep, and one that they break.
FOUND = {
    "run_id": "20261122T170000Z-aaaa",
    "target": "https://messaging.example.com",
    "algorithm": "token_bucket",
    "quota": 2,
    "sustainable_per_s": 68.0,
    "refill_per_s": 68.0,
    "scope": "key",
    "statuses": [429],
}


def limited(folder: Path) -> None:
    write_load(folder, Traffic(limited=0.3), when_limited="polite", limits=FOUND)


def limited_otherwise(folder: Path) -> None:
    write_load(folder, Traffic(limited=0.3), limits={**FOUND, "sustainable_per_s": 20.0, "refill_per_s": 20.0})


def not_limited_as_found(folder: Path) -> None:
    write_load(folder, Traffic(), limits={**FOUND, "scope": "session"})


def capacity(folder: Path) -> None:
    write_capacity(folder, [*SEARCHED, probe(11, 23.6, "confirmation"), probe(12, 24.7, "confirmation")])


def capacity_unsteady(folder: Path) -> None:
    missed = [{"objective": "lost<1%", "value": 2.5, "unit": "%", "verdict": "fail"}]
    little = {**SEARCHED[6].found["little"], "expected": 8.1, "apart": 0.4, "holds": False}
    again = probe(8, 16.0, "confirmation", verdict="fail", objectives=missed)
    write_capacity(folder, [*SEARCHED[:6], replace(SEARCHED[6], found={**SEARCHED[6].found, "little": little}), again])


def capacity_of_the_harness(folder: Path) -> None:
    late = {"verdict": "invalid", "validity": "invalid", "reasons": ["requests were sent late: p99 412 ms"]}
    probes = [*SEARCHED[:4], probe(5, 16.0, **late), probe(6, 11.3, "bisection", **late)]
    write_capacity(folder, probes, highest_per_s=10_000.0, highest_by="arrival_rate")


def capacity_none(folder: Path) -> None:
    missed = [{"objective": "lost<1%", "value": 40.0, "unit": "%", "verdict": "fail"}]
    nothing = {"verdict": "fail", "objectives": missed, "reply_ms": {"count": 0}, "response_ms": {"count": 0}}
    probes = [probe(number, rate, **nothing, little=None) for number, rate in enumerate((1.0, 0.5, 0.25, 0.125), 1)]
    write_capacity(folder, probes)


def capacity_unjudged(folder: Path) -> None:
    late = {"verdict": "invalid", "validity": "invalid", "reasons": ["requests were sent late: p99 412 ms"]}
    write_capacity(folder, [probe(1, 1.0, **late), probe(2, 0.5, **late)])


def capacity_interrupted(folder: Path) -> None:
    write_capacity(folder, SEARCHED[:3], Ended(95 * SECOND, WALL + 95 * SECOND, "load", "interrupted"))


def hostile_target(folder: Path) -> None:
    checked, traffic, settings = hostile()
    write_whole(folder)
    write_conform(folder, checked, **settings)
    write_load(folder, traffic, **settings)


def limiter(folder: Path) -> None:
    write_inquiry(folder, FixedWindow(limit=5, window_s=3.0))


def limiter_none(folder: Path) -> None:
    write_inquiry(folder, NoLimit())


def limiter_of_groups(folder: Path) -> None:
    write_inquiry(folder, QueueingBucket(rate_per_s=4.0, burst=6))


def limiter_interrupted(folder: Path) -> None:
    write_inquiry(folder, TokenBucket(rate_per_s=3.0, burst=6), "interrupted")


def limiter_died(folder: Path) -> None:
    write_inquiry(folder, TokenBucket(rate_per_s=3.0, burst=6), "died")


CASES: dict[str, Callable[[Path], None]] = {
    case.__name__: case
    for case in (
        green,
        reds,
        conform_only,
        load_only,
        strict,
        behaviour,
        known,
        out_of_date,
        never_exercised,
        could_not_run,
        killed,
        interrupted,
        aborted,
        aborted_in_vain,
        invalid,
        degraded,
        no_samples,
        one_second,
        one_hour,
        limited,
        limited_otherwise,
        not_limited_as_found,
        capacity,
        capacity_unsteady,
        capacity_of_the_harness,
        capacity_none,
        capacity_unjudged,
        capacity_interrupted,
        hostile_target,
        limiter,
        limiter_none,
        limiter_of_groups,
        limiter_interrupted,
        limiter_died,
    )
}

"""Is the instrument true? Every figure of a load run against what the sandbox knows to have happened.

Pure: the `load` of a result and the sandbox's ground truth in, scores out. A count has to be exact; a percentile may be
off by the larger of 1 ms and 1 %. The truth of a latency is the sandbox's: from the moment when it had read the request
to the moment when its answer, or its webhook call, set out. What lies between that and the customer, the wire and two
event loops, is part of what the instrument has to be exact in spite of.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.histogram import summarise

SECOND = 1_000_000_000
# Of a percentile: ms, and the share of the truth.
LEAST_MS, SHARE = 1.0, 0.01
# Of the 95th percentile of a run in which the target stood still, against what can be reckoned.
STALL_SHARE = 0.05
# By the samples that they need.
PERCENTILES = {"p50": 2, "p90": 10, "p95": 20, "p99": 100, "p99_9": 1000}
OUTCOMES = ("accepted", "limited", "refused", "failed")

# What the sandbox makes of a reply that a message asked for, by the first word of the message.
MALFORMED = ("!malformed",)
MISROUTED = ("!misrouted", "!wronguser")
ASIDES = ("!lost", "!late", "!double", *MALFORMED, *MISROUTED, "!404", "!429", "!500")

Truth = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Score:
    """One figure: what it really was, what was measured, and by how much the two may differ. Counts, or ms."""

    figure: str
    truth: float
    measured: float | None
    allowed: float

    @property
    def error(self) -> float | None:
        return None if self.measured is None else round(self.measured - self.truth, 3)

    @property
    def holds(self) -> bool:
        return self.error is not None and abs(self.error) <= self.allowed


def scores(load: Mapping[str, Any], truth: Truth) -> list[Score]:
    """All counts and all latencies of a run whose messages asked for what they got by `ASIDES`."""
    return [*_counts(load, truth), *_latencies(load, truth)]


def stall(load: Mapping[str, Any], planned: Iterable[int], begin: int, end: int) -> Score:
    """The 95th percentile from the plan of sessions that were due at `planned`, where the target stood still from
    `begin` to `end` (monotonic ns): who was due meanwhile waited for the end, and nobody else waited."""
    reckoned = summarise([end - due if begin <= due < end else 0 for due in planned])
    truth = reckoned.p95 if reckoned else 0.0
    return Score("session_from_plan_p95", truth, load["session_from_plan_ms"].get("p95"), STALL_SHARE * truth)


def _counts(load: Mapping[str, Any], truth: Truth) -> list[Score]:
    requests = Counter((each["operation"], each["outcome"]) for each in truth if each["kind"] == "request")
    found = []
    for counted, operation in (("messages", "sendMessage"), ("sessions", "createSession")):
        sent = sum(count for (name, _), count in requests.items() if name == operation)
        found.append(Score(f"{counted} sent", sent, load[counted]["sent"], 0))
        found += [
            Score(f"{counted} {outcome}", requests[operation, outcome], load[counted][outcome], 0)
            for outcome in OUTCOMES
        ]
    classes, replies = _classes(truth, load["reply_timeout_s"]), load["replies"]
    found += [
        Score(name, classes[name], replies[name], 0)
        for name in ("answered", "late", "first", "further", "duplicate", "unsolicited", "misrouted", "malformed")
    ]
    return [*found, Score("lost or unsettled", classes["lost"], replies["lost"] + replies["unsettled"], 0)]


def _classes(truth: Truth, reply_timeout_s: float) -> Counter[str]:
    """What became of every accepted message and of every arrival."""
    delivered = _delivered(truth)
    classes: Counter[str] = Counter()
    for message in _accepted(truth, "sendMessage"):
        word = message["asked_for"]
        arrived = [delivered[reply] for reply in message["replies"] if reply in delivered]
        if word in MALFORMED or word in MISROUTED:
            classes["malformed" if word in MALFORMED else "misrouted"] += len(arrived)
            classes["lost"] += 1
        elif not arrived:
            classes["lost"] += 1
        else:
            took = min(each["started_ns"] for each in arrived) - message["received_ns"]
            classes["late" if took > reply_timeout_s * SECOND else "answered"] += 1
            classes["first"] += 1
            classes["duplicate"] += len(arrived) - 1
    return classes


def _latencies(load: Mapping[str, Any], truth: Truth) -> list[Score]:
    delivered = _delivered(truth)
    kinds = {
        name: [each["answered_ns"] - each["received_ns"] for each in _accepted(truth, operation)]
        for name, operation in (("response", "sendMessage"), ("session", "createSession"))
    }
    kinds["reply"] = [
        min(delivered[reply]["started_ns"] for reply in message["replies"] if reply in delivered)
        - message["received_ns"]
        for message in _accepted(truth, "sendMessage")
        if message["asked_for"] not in (*MALFORMED, *MISROUTED)
        and any(reply in delivered for reply in message["replies"])
    ]
    return [score for name, samples in kinds.items() for score in _percentiles(name, samples, load[f"{name}_ms"])]


def _percentiles(name: str, samples: Sequence[int], measured: Mapping[str, Any]) -> list[Score]:
    summary = summarise(samples)
    if summary is None:
        return []
    actual = {percentile: float(getattr(summary, percentile)) for percentile, least in PERCENTILES.items()}
    return [
        Score(f"{name}_{percentile}", value, measured.get(percentile), max(LEAST_MS, SHARE * value))
        for percentile, value in actual.items()
        if summary.count >= PERCENTILES[percentile]
    ]


def _accepted(truth: Truth, operation: str) -> Iterable[Mapping[str, Any]]:
    return (
        each
        for each in truth
        if each["kind"] == "request" and each["operation"] == operation and each["outcome"] == "accepted"
    )


def _delivered(truth: Truth) -> dict[int, Mapping[str, Any]]:
    """The webhook call by which each reply arrived. None of them is made twice: the sink takes each at once."""
    return {each["reply"]: each for each in truth if each["kind"] == "attempt" and each["delivered"]}

"""How many new conversations a second does a target bear? One probe judged, and what all probes together say. Pure.

A probe is a short open run at one rate. Until its first customers have come to their end there are fewer at work than
later; only what was sent after that warm-up counts. A probe in which the harness was the bottleneck says nothing about
the target: it bounds the search, and never passes for a limit of the target's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from math import ceil
from typing import Any, Literal

from harness import figures, windows
from harness.events import Event, Planned, Probed
from harness.exit_codes import Verdict
from harness.histogram import Latency
from harness.little import compare, mean_in_flight
from harness.measurement import Measurements, measure
from harness.objective import Objective, parse_objective
from harness.search import Try, capacity_of, limit_of, unsteady
from harness.seconds import SECOND
from harness.verdict import Validity, judge_validity

# What the search is called among the scenarios.
SCENARIO = "capacity"
BoundedBy = Literal["objective", "harness", "max_rate", "arrival_rate", "nothing"]

# What a rate has to keep where nobody says: every message is let in and answered, and soon.
DEFAULT_OBJECTIVES = tuple(
    map(
        parse_objective,
        (
            "reply_p99<2s",
            "lost<1%",
            "failed<1%",
            "refused<1%",
            "limited<1%",
            "sessions_failed<1%",
            "sessions_refused<1%",
            "sessions_limited<1%",
        ),
    )
)
# Of the plan, what a reader of the report, and who runs it again, has to know.
SETTINGS = ("objectives", "think_s", "connections", "spacing", "arrival_rate", "workers", "sinks")
# From this share of the ceiling on, in requests a second, waiting for a turn under it is what makes requests late.
CEILING_SHARE = 0.5


def judge_probe(
    events: Sequence[Event],
    objectives: Sequence[Objective],
    *,
    reply_timeout_s: float,
    warmup_s: float,
    probe_s: float,
    max_rate: float | None,
) -> dict[str, Any]:
    """What one probe came to, from its events in the order of time.

    {"verdict": "pass" | "fail" | "invalid" | "not_exercised", "validity", "reasons", "warmup_s", "held_back" (the
    ceiling was what made requests late), "objectives", "messages", "sessions", "requests_per_s", "response_ms",
    "reply_ms", "little"}.
    All but the validity is about the seconds after the warm-up.
    """
    measured = measure(events, reply_timeout_s, figures.LATENCIES)
    validity = judge_validity(measured)
    first = next((event.at for event in events if isinstance(event, Planned)), 0)
    begin = measured.seconds.number(first + round(warmup_s * SECOND)) + 1
    steady = range(begin, begin + ceil(probe_s))
    stretch = measured.seconds.stretch(steady)
    judged = [
        windows.judge(each, measured.seconds, steady) if each.window_s else figures.judge(each, stretch)
        for each in objectives
    ]
    requests_per_s = round((stretch.messages["sent"] + stretch.sessions["sent"]) / len(steady), 2)
    moved = any(counts[name] for counts in (stretch.messages, stretch.sessions) for name in figures.OUTCOMES)
    return {
        "verdict": _verdict(validity, judged) if moved else "not_exercised",
        "validity": validity.verdict,
        "reasons": list(validity.reasons),
        "warmup_s": warmup_s,
        "held_back": max_rate is not None and requests_per_s > CEILING_SHARE * max_rate,
        "objectives": judged,
        "messages": {name: stretch.messages[name] for name in figures.OUTCOMES},
        "sessions": {name: stretch.sessions[name] for name in figures.OUTCOMES},
        "requests_per_s": requests_per_s,
        "response_ms": _latency(stretch.latencies.get("response")),
        "reply_ms": _latency(stretch.latencies.get("reply")),
        "little": _little(events, measured, steady),
    }


def _verdict(validity: Validity, judged: Sequence[Mapping[str, Any]]) -> Verdict:
    if validity.verdict == "invalid":
        return "invalid"
    return "fail" if any(each["verdict"] == "fail" for each in judged) else "pass"


def _little(events: Sequence[Event], measured: Measurements, steady: range) -> dict[str, Any] | None:
    begin = measured.seconds.moment(steady.start)
    in_flight = mean_in_flight(events, begin, begin + len(steady) * SECOND)
    reply = measured.seconds.stretch(steady).latencies.get("reply")
    if reply is None:
        return None
    compared = compare(in_flight, reply.count, reply.mean, float(len(steady)))
    return {**asdict(compared), "holds": compared.holds} if compared else None


def _latency(latency: Latency | None) -> dict[str, Any]:
    return asdict(latency) if latency else {"count": 0}


def tries(probes: Sequence[Probed]) -> list[Try]:
    """What the search makes of them: a probe that was no evidence counts only where it was so again."""
    following = zip_longest(probes, probes[1:])
    counted = [probe for probe, after in following if not _is_repeated(probe, after)]
    return [Try(probe.rate, probe.found["verdict"] == "pass") for probe in counted]


def wants_repeating(probes: Sequence[Probed]) -> bool:
    """Whether the last probe was no evidence, and was the first at its rate: any machine stumbles once."""
    if not probes or probes[-1].found["verdict"] != "invalid" or probes[-1].found["held_back"]:
        return False
    return len(probes) == 1 or probes[-2].rate != probes[-1].rate


def _is_repeated(probe: Probed, after: Probed | None) -> bool:
    return probe.found["verdict"] == "invalid" and after is not None and after.rate == probe.rate


def summary(probes: Sequence[Probed], settings: Mapping[str, Any]) -> tuple[dict[str, Any], Verdict]:
    """The capacity, and the verdict of the search.

    {"rate_per_s" (None where no rate was borne), "bounded_by", "limit_per_s" (the lowest rate that was not borne),
    "unsteady" (rates that were borne only once of twice), "settled" (the search came to its end), "probes", ...}.
    """
    tried = tries(probes)
    rate, limit = capacity_of(tried), limit_of(tried)
    bounded_by = _bounded_by(probes, rate, limit, settings)
    capacity = {
        "rate_per_s": rate,
        "limit_per_s": limit,
        "bounded_by": bounded_by,
        "unsteady": unsteady(tried),
        "suspicious": any(_is_suspicious(probe) for probe in probes if probe.rate == rate),
        **{name: settings.get(name) for name in ("highest_per_s", "highest_by", "tolerance", "probe_s")},
        **{name: settings.get(name) for name in SETTINGS},
        "reply_timeout_s": settings.get("reply_timeout_s"),
        "probes": [_row(probe) for probe in probes],
    }
    return capacity, _whole_verdict(probes, rate)


def _bounded_by(
    probes: Sequence[Probed], rate: float | None, limit: float | None, settings: Mapping[str, Any]
) -> BoundedBy:
    if limit is None:
        reached = rate is not None and rate >= settings["highest_per_s"]
        by: BoundedBy = settings["highest_by"]
        return by if reached else "nothing"
    at_limit = [probe.found for probe in probes if probe.rate == limit and probe.found["verdict"] != "pass"]
    if any(found["verdict"] == "fail" for found in at_limit):
        return "objective"
    return "max_rate" if any(found["held_back"] for found in at_limit) else "harness"


def _whole_verdict(probes: Sequence[Probed], rate: float | None) -> Verdict:
    """A rate that was borne is what was looked for. Without one, the target or the harness was in the way."""
    if rate is not None:
        return "pass"
    verdicts = {probe.found["verdict"] for probe in probes}
    for verdict in ("fail", "invalid"):
        if verdict in verdicts:
            return verdict
    return "not_exercised"


def _row(probe: Probed) -> dict[str, Any]:
    place = {"number": probe.number, "rate": probe.rate, "role": probe.role, "folder": f"probes/{probe.number:02}"}
    return {**place, **probe.found, "suspicious": _is_suspicious(probe)}


def _is_suspicious(probe: Probed) -> bool:
    little = probe.found["little"]
    return little is not None and not little["holds"]

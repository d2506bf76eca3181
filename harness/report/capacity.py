"""The search for a target's capacity in words: the same in every format."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.figures import objective_value, value_of
from harness.report.legible import one_line
from harness.report.numerals import NONE, milliseconds, plural, time_of

Capacity = Mapping[str, Any]
Probe = Mapping[str, Any]

WORDS = {"pass": "kept up", "fail": "MISSED", "invalid": "no evidence", "not_exercised": "nothing moved"}
TONES = {"pass": "good", "fail": "bad", "invalid": "odd", "not_exercised": "warn"}
BOUNDS = {
    "objective": "there an objective was missed",
    "harness": "there the harness was the bottleneck",
    "max_rate": "bounded by --max-rate",
    "arrival_rate": "bounded by --arrival-rate",
    "nothing": "the search did not end",
}
TABLE = ("Rate, /s", "Probe", "Kept up?", "Requests/s", "Response p50", "p99", "Reply p50", "p99", "In flight", "λ·W")


def rate_of(rate: float) -> str:
    return f"{rate:g} new {'customer' if rate == 1 else 'customers'} a second"


def sentence(capacity: Capacity) -> str:
    """What was found, in one sentence without its full stop."""
    rate, limit, by = capacity["rate_per_s"], capacity["limit_per_s"], capacity["bounded_by"]
    highest = capacity["highest_per_s"]
    if rate is None:
        if not capacity["probes"]:
            return "no rate was tried to its end"
        if by == "objective":
            return f"the target does not even bear {rate_of(limit)}: {first_missed(capacity)}"
        return f"no rate could be judged: the harness is the bottleneck from {limit:g}/s on"
    beyond = {
        "objective": f"; at {limit or 0:g}/s {first_missed(capacity)}",
        "harness": f", and perhaps more: the harness is the bottleneck from {limit or 0:g}/s on",
        "max_rate": f", and perhaps more: --max-rate allows no more requests than {highest:g}/s may take",
        "arrival_rate": f", and perhaps more: --arrival-rate let nothing beyond {highest:g}/s be tried",
        "nothing": ", and perhaps more: the search did not come to its end",
    }[by]
    return f"the target bears {rate_of(rate)}{beyond}"


def first_missed(capacity: Capacity) -> str:
    """What was missed at the lowest rate that was not borne: "reply_p99<2s was missed: 3.2 s"."""
    for probe in capacity["probes"]:
        if probe["rate"] == capacity["limit_per_s"] and probe["verdict"] == "fail":
            return missed(probe)
    return ""


def missed(probe: Probe) -> str:
    """The first objective that a probe missed, with its figure; empty where it missed none."""
    for objective in probe["objectives"]:
        if objective["verdict"] == "fail":
            return f"{objective['objective']} was missed: {objective_value(objective)}"
    return ""


def told(probe: Probe) -> str:
    """A probe in a line, without its number and rate."""
    reply = probe["reply_ms"]
    seen = f"reply p50 {time_of(reply.get('p50'))}, p99 {time_of(reply.get('p99'))}" if reply["count"] else "no reply"
    why = missed(probe) if probe["verdict"] == "fail" else one_line("; ".join(probe["reasons"]), 160)
    text = f"{WORDS[probe['verdict']]:<11} · {seen}"
    return f"{text} · {why}" if why and probe["verdict"] != "pass" else text


def facts(capacity: Capacity) -> Iterator[str]:
    """What a reader has to know beside the sentence."""
    tried, judged = len(capacity["probes"]), capacity["probe_s"]
    yield (
        f"{plural(tried, 'probe')}, each judged over {judged:g} s after its warm-up; "
        f"each rate had to keep {', '.join(capacity['objectives'])}."
    )
    at = next((p for p in capacity["probes"] if p["rate"] == capacity["rate_per_s"]), None)
    if at is not None and at["reply_ms"]["count"]:
        yield (
            f"At {at['rate']:g}/s it was sent {at['requests_per_s']:.0f} requests a second; half of the replies came "
            f"within {time_of(at['reply_ms']['p50'])}, 99 % within {time_of(at['reply_ms']['p99'])}."
        )
    for rate in capacity["unsteady"]:
        yield f"Not steady: {rate:g}/s was borne once, and once {_otherwise(capacity, rate)}."
    if capacity["bounded_by"] == "max_rate" and capacity["limit_per_s"] is not None:
        yield f"At {capacity['limit_per_s']:g}/s it was --max-rate that held requests back, not the target."
    for probe in capacity["probes"]:
        if probe["suspicious"]:
            yield f"Suspicious, by Little's law: in probe {probe['number']} at {probe['rate']:g}/s {balance(probe)}."
        if probe["rate"] == capacity["rate_per_s"] and probe["validity"] == "degraded":
            yield f"Probe {probe['number']} at {probe['rate']:g}/s is degraded: {'; '.join(probe['reasons'])}."


def _otherwise(capacity: Capacity, rate: float) -> str:
    """What became of a rate in the probe in which it was not borne."""
    probe = next(p for p in capacity["probes"] if p["rate"] == rate and p["verdict"] != "pass")
    return missed(probe) or "the harness was the bottleneck"


def balance(probe: Probe) -> str:
    """Little's law of one probe."""
    little = probe["little"]
    return (
        f"{little['in_flight']:g} messages were in flight on average, where {little['throughput_per_s']:g}/s times "
        f"{time_of(little['mean_ms'])} makes {little['expected']:g}"
    )


def row(probe: Probe) -> tuple[str, ...]:
    """A probe as a row of TABLE."""
    response, reply, little = probe["response_ms"], probe["reply_ms"], probe["little"]
    flight = (f"{little['in_flight']:.1f}", f"{little['expected']:.1f}") if little else (NONE, NONE)
    return (
        f"{probe['rate']:g}",
        f"{probe['number']}, {probe['role']}",
        WORDS[probe["verdict"]] + (", suspicious" if probe["suspicious"] else ""),
        f"{probe['requests_per_s']:.1f}",
        *(milliseconds(latency.get(name)) for latency in (response, reply) for name in ("p50", "p99")),
        *flight,
    )


def by_rate(capacity: Capacity) -> list[Probe]:
    return sorted(capacity["probes"], key=lambda probe: (probe["rate"], probe["number"]))


def objectives_missed(probe: Probe) -> list[str]:
    """Every objective that a probe missed, with its figure."""
    return [
        f"{each['objective']}: {'no sample' if each['value'] is None else value_of(each['value'], each['unit'])}"
        for each in probe["objectives"]
        if each["verdict"] == "fail"
    ]

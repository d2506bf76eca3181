"""The part `load` of a result, in the words of harness-result/1: what was measured, and what the run says of itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness import figures
from harness.course import Spell
from harness.events import Aborted
from harness.histogram import Latency
from harness.limit_rule import LimitRule
from harness.measurement import Measurements
from harness.objective import parse_objective
from harness.prediction import Prediction
from harness.verdict import Validity

Objectives = Sequence[Mapping[str, Any]]


def load_part(
    settings: Mapping[str, Any], measured: Measurements, objectives: Objectives, validity: Validity
) -> dict[str, Any]:
    """`settings` are those with which the run began, and `objectives` have been judged already."""
    load: dict[str, Any] = {
        "scenario": settings.get("scenario"),
        "customers": settings.get("customers"),
        "planned_s": settings.get("duration_s"),
        "arrival_rate": settings.get("arrival_rate"),
        "spacing": settings.get("spacing"),
        "think_s": settings.get("think_s"),
        "connections": settings.get("connections"),
        "in_flight": settings.get("in_flight"),
        "workers": settings.get("workers"),
        "sinks": settings.get("sinks"),
        "abort_early": bool(settings.get("abort_early")),
        "when_limited": settings.get("when_limited"),
        "duration_s": measured.duration_s,
        "reply_timeout_s": settings["reply_timeout_s"],
        "messages": dict(measured.messages),
        "sessions": dict(measured.sessions),
        "replies": {**measured.replies, "arrivals": measured.arrivals},
        **{f"{name}_ms": _latency(measured.latencies[name]) for name in figures.LATENCIES},
        "ambiguous_reply_ms": asdict(measured.ambiguous) if measured.ambiguous else None,
        "objectives": list(objectives),
        "failures": dict(measured.failures),
        "contract": {**asdict(measured.contract), "per_million": measured.contract.per_million},
        "curves_ms": {name: [list(point) for point in measured.curves[name]] for name in figures.LATENCIES},
        "series": [asdict(second) for second in measured.series],
        "validity": _validity(measured, validity),
    }
    if any(measured.throttling.limited.values()):
        load["limiting"] = _limiting(measured)
    return load


def prediction_part(prediction: Prediction, rule: LimitRule, limits: Mapping[str, Any]) -> dict[str, Any]:
    """What followed from the limiter that was found, and whether it was so."""
    seconds = prediction.seconds
    rates = {f"{name}_per_s": getattr(prediction, name) / seconds if seconds else None for name in ("asked", "let_in")}
    return {
        **asdict(prediction),
        **{name: None if rate is None else round(rate, 3) for name, rate in rates.items()},
        "sustainable_per_s": rule.rate,
        "off": rule.off,
        "memory_s": round(rule.memory_s, 3),
        "limits": dict(limits),
    }


def aborted_part(aborted: Aborted, objectives: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Why the run was ended early, as it was seen then, and whether the journal says that the objective was missed."""
    objective = parse_objective(aborted.objective)
    return {
        "objective": objective.text,
        "window_s": objective.window_s,
        "at_s": aborted.second,
        "value": aborted.value,
        "unit": objective.unit,
        "confirmed": any(o["objective"] == objective.text and o["verdict"] == "fail" for o in objectives),
    }


def _validity(measured: Measurements, validity: Validity) -> dict[str, Any]:
    return {
        "verdict": validity.verdict,
        "reasons": list(validity.reasons),
        "schedule_lateness_ms": _latency(measured.latencies["lateness"]),
        "connection_queue_ms": _latency(measured.latencies["queued"]),
        "sink_lag_ms": _latency(measured.gauges.get("sink.lag_ms")),
        "sink_stalled_s": measured.stalled_s,
        "customers_frozen_s": dict(measured.frozen_s),
        "cpu": _cpu(measured),
        "clocks": [
            {
                "process": clock.process,
                "host": clock.host,
                "offset_ms": round(clock.offset_ns / 1e6, 3),
                "bound_ms": round(clock.bound_ns / 1e6, 3),
            }
            for clock in measured.clocks
        ],
        "sink_rejected": _rejected(measured),
    }


def _limiting(measured: Measurements) -> dict[str, Any]:
    """What the target's limiter was to the customers: there where it refused anything."""
    throttling = measured.throttling
    asked, limited = sum(throttling.asked.values()), sum(throttling.limited.values())
    return {
        "share": round(limited / asked, 6),
        "requests": {
            operation: {"asked": count, "limited": throttling.limited[operation]}
            for operation, count in sorted(throttling.asked.items())
        },
        "without_retry_after": throttling.untold,
        "sent_again": {"requests": throttling.again, "limited": throttling.again_limited},
        "episodes": throttling.episodes,
        "unrecovered": throttling.unrecovered,
        "recovery_ms": _latency(measured.latencies["recovery"]),
        "fairness": asdict(throttling.fairness),
        "while_limited": _spell(measured.while_limited),
        "otherwise": _spell(measured.otherwise),
    }


def _spell(spell: Spell | None) -> dict[str, Any]:
    assert spell is not None
    told = asdict(spell)
    del told["reply"]
    return {**told, "reply_ms": _latency(spell.reply)}


def _latency(latency: Latency | None) -> dict[str, Any]:
    return asdict(latency) if latency else {"count": 0}


def _cpu(measured: Measurements) -> dict[str, Any]:
    """Percent of one core by process, from one sample a second."""
    return {
        name.partition(".")[0]: {"mean": gauge.mean, "max": gauge.max}
        for name, gauge in measured.gauges.items()
        if gauge is not None and name.endswith(".cpu_percent")
    }


def _rejected(measured: Measurements) -> dict[str, int]:
    """Calls that the sink turned away, by reason: the highest count told."""
    return {
        name.partition("rejected.")[2]: round(gauge.max)
        for name, gauge in measured.gauges.items()
        if gauge is not None and name.startswith("sink.rejected.")
    }

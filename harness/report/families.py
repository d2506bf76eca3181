"""Families of limiters in words: their names, ours and the field's, and their rules with what was found."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.report.bounded import Bounds, bounds_of, figure, per_second
from harness.report.numerals import NONE, plural

Limits = Mapping[str, Any]

NAMES = {
    "token_bucket": "token bucket",
    "fixed_window_aligned": "fixed window on the clock",
    "fixed_window_first_hit": "fixed window from the first request",
    "sliding_log": "sliding log",
    "counting_log": "sliding log that counts refused requests too",
    "sliding_counter": "sliding counter",
    "quantised_bucket": "bucket refilled in batches",
    "penalty_block": "window with a block",
    "queueing_bucket": "queue",
    "concurrency": "limit of requests under way",
}
# What those who build limiters call them.
FIELD = {
    "token_bucket": "a token bucket",
    "fixed_window_aligned": "a fixed window",
    "fixed_window_first_hit": "a fixed window that its first request opens",
    "sliding_log": "a sliding window log",
    "counting_log": "a sliding window log that counts refused requests too",
    "sliding_counter": "a sliding window counter",
    "quantised_bucket": "a token bucket refilled in batches",
    "penalty_block": "a fixed window with a penalty block",
    "queueing_bucket": "a leaky bucket as a queue",
    "concurrency": "a concurrency limit",
}
_CAPTIONS = {
    "token_bucket": "{quota} at most, {rate} a second",
    "fixed_window_aligned": "{quota} in each {window} s",
    "fixed_window_first_hit": "{quota} in {window} s from the first",
    "sliding_log": "{quota} in any {window} s",
    "counting_log": "{quota} in any {window} s",
    "sliding_counter": "{quota} in {window} s",
    "quantised_bucket": "{quota} at most, {batch} every {interval} s",
    "penalty_block": "{quota} in {window} s, then none for {block} s",
}
# Of several that cannot be told apart, the rule of these says no more than the others' do.
_RATES = ("token_bucket", "quantised_bucket", "queueing_bucket", "concurrency")


def name_of(family: str | None) -> str:
    return NAMES.get(family or "", family or NONE)


def families_of(algorithm: str | None) -> list[str]:
    return [family for family in (algorithm or "").split("|") if family]


def either(names: Iterable[str], joint: str = "or") -> str:
    """ "a, b or c"."""
    *some, last = names
    return f"{', '.join(some)} {joint} {last}" if some else last


def rule(limits: Limits) -> str:
    """What is let in, by the first of the families; of several, what they have in common."""
    families = families_of(limits["algorithm"])
    quota = plural(limits["quota"] or 0, "request")
    if len(families) > 1 and families[0] not in _RATES:
        return f"{quota} in {figure(limits.get('window_s') or 0.0, bounds_of(limits, 'window'))} s"
    window = figure(limits.get("window_s") or 0.0, bounds_of(limits, "window"))
    refill = figure(limits.get("refill_per_s") or 0.0, per_second(bounds_of(limits, "interval")))
    interval = figure(limits.get("interval_s") or 0.0, bounds_of(limits, "interval"))
    block = figure(limits.get("block_s") or 0.0, bounds_of(limits, "block"))
    blocked = f"to none for {block} s after one more"
    if limits.get("block_renewed"):
        blocked = f"after one more to none until nobody asked for {block} s"
    return {
        "token_bucket": f"bursts of {quota} and {refill} a second",
        "fixed_window_aligned": f"{quota} in each {window} s of the clock",
        "fixed_window_first_hit": f"{quota} in {window} s from the first of them",
        "sliding_log": f"{quota} in any {window} s",
        "counting_log": f"{quota} in any {window} s, refused ones counted",
        "sliding_counter": f"{quota} in {window} s, by a sliding counter",
        "quantised_bucket": f"bursts of {quota}, of which {limits.get('batch')} come back each {interval} s",
        "penalty_block": f"{quota} in {window} s, and {blocked}",
        "queueing_bucket": f"{refill} a second, of which {max(0, (limits['quota'] or 1) - 1)} may wait in line",
        "concurrency": f"{quota} at one time",
    }[families[0]]


def caption(family: str, parameters: Mapping[str, Any] | None, bounds: Mapping[str, Bounds] | None = None) -> str:
    """A family's rule by the parameters of its model, in short: "20 in each 2.99 s". Empty where they are not known."""
    if family == "layers":
        return "; ".join(f"{name_of(each)}, {caption(each, its)}" for each, its in layers_of(parameters or {}))
    known = numbers_of(parameters)
    near = bounds or {}
    figures = {name: figure(value, near.get(name)) for name, value in known.items()}
    if known.get("interval"):
        figures["rate"] = figure(1 / known["interval"], per_second(near.get("interval")))
    figures |= {name: f"{known[name]:g}" for name in ("quota", "batch") if name in known}
    renewed = " without a request" if (parameters or {}).get("renewed") else ""
    try:
        return _CAPTIONS.get(family, "").format(**figures) + renewed
    except KeyError:
        return ""


def layers_of(parameters: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Two limiters, each by its family and its parameters."""
    parts = (parameters.get(name) or {} for name in ("first", "second"))
    return [(str(part.get("family")), part.get("parameters") or {}) for part in parts]


def numbers_of(parameters: Mapping[str, Any] | None) -> dict[str, float]:
    """Those parameters that are numbers, and no switches."""
    return {
        name: value
        for name, value in (parameters or {}).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }

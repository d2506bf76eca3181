"""From measurements and checks to a verdict. Here live the rules of judging; nothing is measured and nothing is shown.

"Broken" and "could not run" are different things, and nothing passes by not being tried:

    pass            all that counts was exercised and holds
    fail            the target broke a requirement that counts, or missed an objective
    not_exercised   a MUST was never put to the test, a load run moved no message, or an inquiry into the limiter met
                    none, with too few answers to mean anything
    could_not_run   something outside stopped the run: what was measured stands, but says too little
    invalid         the harness was the bottleneck: its figures say nothing about the target

A MUST always counts, a SHOULD under --strict, an OBSERVE never. A failure that is listed as known does not count until
its entry expires; an entry that has nothing to excuse any more counts as a failure itself, so that lists stay true.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from harness.events import Checked, Outcome
from harness.exit_codes import Verdict
from harness.known_failures import KnownFailure, KnownFailures
from harness.measurement import Measurements
from harness.requirements import Requirement

# Whether figures can be trusted.
Mark = Literal["valid", "degraded", "invalid"]
# What the entry of a known failure comes to: "known" excuses the failure, "expired" no longer does, "gone" has none to
# excuse, and "undecided" could neither see it nor miss it.
KnownState = Literal["known", "expired", "gone", "undecided"]

# The worst first: what a run says when its parts disagree.
_ORDER: tuple[Verdict, ...] = ("could_not_run", "fail", "invalid", "not_exercised", "pass")

# How late the harness itself may send (p99, ms) before its figures are marked, and before they are refused. Latencies
# of replies are tens of milliseconds and more; an instrument that is off by a fifth of a second measures itself.
DEGRADED_MS = 20.0
INVALID_MS = 200.0
# For how much of a run the sink may stand still: what arrives meanwhile is stamped late, so that past 1 % the p99 is
# touched, and past 10 % the p90.
DEGRADED_SHARE = 0.01
INVALID_SHARE = 0.10
# How far a latency between two hosts may be off: as far as `harness calibrate` lets any latency be. In ms, or as a
# share of the median reply, whichever is more.
CLOCK_MS = 1.0
CLOCK_SHARE = 0.01
# Answers that an inquiry into the limiter needs before "none was seen" says anything.
LEAST_ANSWERED = 20
# From here on what it found needs no excuse for not being surer.
SURE = 0.9
# Of one core, over a second: a single-threaded process that needs more is about to queue.
BUSY_PERCENT = 90.0


@dataclass(frozen=True, slots=True)
class Known:
    """The entry of a requirement that is listed as known to fail, what it comes to, and that in words."""

    entry: KnownFailure
    state: KnownState
    told: str


@dataclass(frozen=True, slots=True)
class RequirementVerdict:
    """One requirement, decided from all that its checks said. `red` is whether it decides the run; one that passed is
    red where it is still listed as known to fail."""

    requirement: Requirement
    verdict: Outcome
    red: bool
    exercised: int
    reason: str | None
    checks: tuple[Checked, ...]
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a load run's figures can be trusted, and every reason why not."""

    verdict: Mark
    reasons: tuple[str, ...]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a whole from those of its parts. Of nothing at all: not exercised."""
    return min(verdicts, key=_ORDER.index, default="not_exercised")


def judge_requirements(
    requirements: Sequence[Requirement],
    checked: Iterable[Checked],
    strict: bool,
    known: KnownFailures | None = None,
    today: date = date.min,
) -> tuple[RequirementVerdict, ...]:
    """Decides every requirement, exercised or not, in the order of `requirements`. Entries of `known` expire by
    `today`, the day in UTC on which the run began."""
    said: dict[str, list[Checked]] = {}
    for event in checked:
        said.setdefault(event.requirement, []).append(event)
    decided = {r.id: _decide(r, tuple(said.get(r.id, ()))) for r in requirements}
    listed = {name: _with_entry(verdict, known or KnownFailures(), today) for name, verdict in decided.items()}
    return tuple(replace(verdict, red=_is_red(verdict, listed, strict)) for verdict in listed.values())


def conformance_verdict(decided: Iterable[RequirementVerdict]) -> Verdict:
    red = {verdict.verdict for verdict in decided if verdict.red}
    if red & {"fail", "pass"}:  # one that passed and is red: see RequirementVerdict
        return "fail"
    if "could_not_run" in red:
        return "could_not_run"
    return "not_exercised" if red else "pass"


def judge_validity(measured: Measurements) -> Validity:
    """Was it the target that was measured, or the harness? From lateness, sink lag, the CPU of each part, and whatever
    was not done that should have been."""
    # What was lost says more than what was slow, and a death is often why.
    found = [*_omissions(measured), *_slowness(measured)]
    marks = {mark for mark, _ in found}
    verdict: Mark = "invalid" if "invalid" in marks else "degraded" if marks else "valid"
    return Validity(verdict, tuple(reason for _, reason in sorted(found, key=lambda each: each[0] != "invalid")))


def _slowness(measured: Measurements) -> Iterator[tuple[Mark, str]]:
    lateness = measured.latencies.get("lateness")
    if lateness is not None and lateness.p99 > DEGRADED_MS:
        mark: Mark = "invalid" if lateness.p99 > INVALID_MS else "degraded"
        yield mark, f"requests were sent late: p99 {lateness.p99:.0f} ms after their plan"
    stalled = measured.stalled_s / measured.duration_s if measured.duration_s else 0.0
    if stalled > DEGRADED_SHARE:
        mark = "invalid" if stalled > INVALID_SHARE else "degraded"
        yield mark, f"the sink's event loop stood still for {stalled:.0%} of the run"
    for source, frozen_s in measured.frozen_s.items():
        share = frozen_s / measured.duration_s if measured.duration_s else 0.0
        if share > DEGRADED_SHARE:
            mark = "invalid" if share > INVALID_SHARE else "degraded"
            yield mark, f"the {source} process stood still for {frozen_s:.0f} s of the run, and sent nothing meanwhile"
    yield from _clocks(measured)
    for name, percent in measured.gauges.items():
        source, _, gauge = name.partition(".")
        if gauge == "cpu_percent" and percent is not None and percent.p90 > BUSY_PERCENT:
            yield "degraded", f"the {source} process was busy: p90 {percent.p90:.0f} % of a core"


def _clocks(measured: Measurements) -> Iterator[tuple[Mark, str]]:
    """Times between two hosts are as good as the comparison of their clocks."""
    reply = measured.latencies.get("reply")
    most_ms = max(CLOCK_MS, CLOCK_SHARE * reply.p50 if reply else 0.0)
    for clock in measured.clocks:
        if clock.bound_ns / 1e6 > most_ms:
            yield "degraded", f"the clock of {clock.process} could only be compared to ±{clock.bound_ns / 1e6:.1f} ms"


def _omissions(measured: Measurements) -> Iterator[tuple[Mark, str]]:
    turned_away = measured.gauges.get("sink.rejected.connections")
    if turned_away is not None and turned_away.max and measured.replies.get("lost"):
        yield "invalid", f"the sink itself turned {turned_away.max:.0f} calls away, for want of connections"
    for reason, count in measured.exhausted.items():
        yield "invalid", f"{reason}: {count} requests were never sent"
    for death in measured.deaths:
        yield "degraded", f"{death}: what it had in hand is unfinished or missing, and the others went on"
    for what, counts in (("messages", measured.messages), ("sessions", measured.sessions)):
        if counts.get("missed"):
            yield "degraded", f"{counts['missed']} planned {what} were never sent"


def load_verdict(measured: Measurements, objectives: Iterable[Mapping[str, Any]], validity: Validity) -> Verdict:
    """`objectives` are as `harness.objective.judge` decided them."""
    if validity.verdict == "invalid":
        return "invalid"
    tried = ("accepted", "failed", "refused")
    if not any(measured.messages[name] for name in tried) and not any(measured.sessions[name] for name in tried[1:]):
        return "not_exercised"
    return "fail" if any(objective["verdict"] == "fail" for objective in objectives) else "pass"


def limits_verdict(found: Mapping[str, Any] | None, answered: int) -> Verdict:
    """`found` is what the inquiry into the limiter came to, None where it did not come to its end; `answered` is how
    many of its requests were."""
    if found is None:
        return "could_not_run"
    return "not_exercised" if found.get("limited") is False and answered < LEAST_ANSWERED else "pass"


def _decide(requirement: Requirement, said: tuple[Checked, ...]) -> RequirementVerdict:
    silent = set(requirement.checks) - {event.check for event in said}
    verdict, reason = _outcome(requirement, said, silent)
    exercised = sum(event.exercised for event in said)
    return RequirementVerdict(requirement, verdict, False, exercised, reason, said)


def _outcome(requirement: Requirement, said: tuple[Checked, ...], silent: set[str]) -> tuple[Outcome, str | None]:
    by_outcome: dict[Outcome, Checked] = {}
    for event in said:
        by_outcome.setdefault(event.outcome, event)
    for outcome in ("fail", "could_not_run"):
        if outcome in by_outcome:
            return outcome, by_outcome[outcome].reason
    if not requirement.checks:
        return "not_exercised", "no check decides it yet"
    if silent:
        return "not_exercised", f"no word from {', '.join(sorted(silent))}"
    for outcome in ("pass", "observed", "not_exercised"):
        if outcome in by_outcome:
            return outcome, by_outcome[outcome].reason
    raise AssertionError(f"{requirement.id}: checks that all spoke, and none had an outcome")


def _with_entry(verdict: RequirementVerdict, known: KnownFailures, today: date) -> RequirementVerdict:
    entry = known.of(verdict.requirement.id)
    if entry is None:
        return verdict
    return replace(verdict, known=_judged(entry, verdict, known.file, today))


def _judged(entry: KnownFailure, verdict: RequirementVerdict, file: str, today: date) -> Known:
    borne = f"known until {entry.expires}, by {entry.owner}"
    if verdict.verdict == "pass":
        return Known(entry, "gone", f"{entry.requirement} passes now: remove it from {file}")
    if verdict.verdict != "fail":
        return Known(entry, "undecided", f"{borne}: {entry.reason}; whether it still fails is not decided")
    if today > entry.expires:
        return Known(entry, "expired", f"{borne}: expired")
    return Known(entry, "known", f"{borne}: {entry.reason}")


def _is_red(verdict: RequirementVerdict, decided: Mapping[str, RequirementVerdict], strict: bool) -> bool:
    """Red where it counts and is not green, and where an entry about it is out of date."""
    state = verdict.known.state if verdict.known else None
    if state in ("known", "expired", "gone"):
        return state != "known"
    if verdict.requirement.level == "MUST":
        return verdict.verdict != "pass" and not _excused(verdict, decided)
    return verdict.requirement.level == "SHOULD" and strict and verdict.verdict in ("fail", "could_not_run")


def _excused(verdict: RequirementVerdict, decided: Mapping[str, RequirementVerdict]) -> bool:
    """A MUST that could not be tried is excused where the one whose verdict counts instead does not fail the run."""
    stand_in = decided.get(verdict.requirement.stands_in or "")
    if stand_in is None or verdict.verdict != "not_exercised":
        return False
    tried = any(event.outcome == "not_exercised" for event in verdict.checks)
    return tried and (stand_in.verdict == "pass" or (stand_in.known is not None and stand_in.known.state == "known"))

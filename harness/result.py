"""result.json: everything a run came to, computed from its journal alone, so that judging again gives the same.

Here lives the shape `harness-result/1` and the way there. Keys are only ever added, never changed in meaning. A part
that a run does not have is absent.
"""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness import capacity, figures, windows
from harness.behaviour import behaviour
from harness.errors import JournalError, NothingMeasured, UsageError
from harness.events import Aborted, Asked, Began, Checked, Died, Ended, Event, Identified, Probed, Replanned
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED, Verdict
from harness.journal import Part, in_time
from harness.kept import Shelves, no_shelf
from harness.known_failures import from_journal
from harness.limit_rule import KEPT, rule_of
from harness.limits_part import LIMITS
from harness.load_part import aborted_part, load_part, prediction_part
from harness.measurement import Measuring
from harness.objective import parse_objective
from harness.requirements import Requirement
from harness.shape import Shape
from harness.verdict import (
    Known,
    RequirementVerdict,
    conformance_verdict,
    judge_requirements,
    judge_validity,
    limits_verdict,
    load_verdict,
    worst,
)

SCHEMA = "harness-result/1"
# Those of a whole run, and all that there are.
PHASES = ("conform", "load")
ALL_PHASES = (*PHASES, "limits")
# The requirements of a limiter.
LIMITER = "RATE-"
EDITED = "not a journal of this harness, or edited"
_TARGET = Shape({"type": "object", "properties": {"base_url": {"type": "string"}}})


@dataclass(frozen=True, slots=True)
class _Phase:
    """One phase of a run. Its milestones, in the order of time, are at hand; its events are gone through."""

    name: str
    parts: Sequence[Part]
    milestones: Sequence[Event]
    shelves: Shelves

    @classmethod
    def of(cls, parts: Sequence[Part], name: str, shelves: Shelves) -> "_Phase":
        own = [part for part in parts if part.header.phase == name]
        milestones = sorted((event for part in own for event in part.milestones), key=lambda event: event.at)
        return cls(name, own, milestones, shelves)

    @property
    def ended(self) -> Ended | None:
        return next((event for event in self.milestones if isinstance(event, Ended)), None)

    def events(self) -> Iterator[Event]:
        return in_time(self.parts, self.name)


def result_of(parts: Sequence[Part], shelves: Shelves = no_shelf) -> dict[str, Any]:
    """The result of the run whose journal has these parts. Raises JournalError where no phase of it ever began, and
    where an event says what no harness writes. `shelves` are for what does not fit into memory of a long run."""
    try:
        return _result_of(parts, shelves)
    except UsageError as error:
        raise JournalError(f"{EDITED}: {error}") from error
    except (ArithmeticError, AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"{EDITED}: {type(error).__name__}: {error}") from error


def _result_of(parts: Sequence[Part], shelves: Shelves) -> dict[str, Any]:
    phases = {name: _Phase.of(parts, name, shelves) for name in ALL_PHASES}
    began = {name: event for name, phase in phases.items() for event in phase.milestones if isinstance(event, Began)}
    if not began:
        raise NothingMeasured("this journal tells of no run: no phase of it ever began")
    whole = _whole(parts)
    settings = next(iter(began.values())).settings
    verdicts: list[Verdict] = []
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "run" if whole else next(iter(began)),
        "run_id": parts[0].header.run,
        "started": _calendar(min(event.wall for event in began.values())),
        "finished": _calendar(max(_finish(phases[name], event) for name, event in began.items())),
        "seed": settings.get("seed"),
        "strict": bool(settings.get("strict")),
        "only": list(settings.get("only", ())),
        "target": _as_written(_TARGET, "target", settings.get("target", {})),
        "phases": {},
    }
    for name, event in began.items():
        ended = phases[name].ended
        result["phases"][name] = _phase(event, ended)
        part, verdict = _JUDGES[name](phases[name], event)
        result |= part
        judged = _with_ending(verdict, ended)
        result["phases"][name]["verdict"] = judged
        # Beside other phases an inquiry that came to too little is evidence that is missing, and decides nothing.
        if name != "limits" or judged != "not_exercised" or len(began) == 1:
            verdicts.append(judged)
    verdicts += ["could_not_run" for name in whole if name not in began]
    if "requirements" in result and "limits" in result:
        _beside(result["requirements"], result["limits"])
    torn = sum(part.torn for part in parts)
    killed = any(isinstance(event, Died) for part in parts for event in part.milestones)
    if torn and not killed and all(event.ending == "completed" for event in _endings(parts)):
        verdicts.append("could_not_run")  # nobody was killed, so that the journal was damaged afterwards
    result["torn_lines"] = torn
    result["verdict"] = worst(verdicts)
    result["interrupted"] = any(event.ending == "interrupted" for event in _endings(parts))
    result["exit_code"] = EXIT_INTERRUPTED if result["interrupted"] else EXIT_CODES[worst(verdicts)]
    return result


def _as_written(shape: Shape, name: str, value: Any) -> Any:
    """The same. Raises JournalError where no harness writes such."""
    if objection := shape.objection(value, name):
        raise JournalError(f"{EDITED}: {objection}")
    return value


def _beside(rows: Iterable[dict[str, Any]], limits: Mapping[str, Any]) -> None:
    """What the inquiry found stands in the evidence of what is required of a limiter: its rule, or how far it came."""
    told = {name: limits[name] for name in (*KEPT, "confidence", "why", "none_seen") if limits.get(name) is not None}
    spent = {"requests_spent": limits.get("requests_spent"), "left_undone": list(limits.get("left_undone", ()))}
    for row in rows:
        if row["id"].startswith(LIMITER):
            row["evidence"].append(
                {"check": "harness limits", "outcome": "observed", "limiter": told or "not found out", **spent}
            )


def _endings(parts: Sequence[Part]) -> Iterator[Ended]:
    return (event for part in parts for event in part.milestones if isinstance(event, Ended))


def _whole(parts: Sequence[Part]) -> Sequence[str]:
    """The phases that a run of several meant to have; empty for a run of one."""
    whole = _Phase.of(parts, "run", no_shelf)
    meant = next((event.settings for event in whole.milestones if isinstance(event, Began)), {})
    return tuple(meant.get("phases", ()))


def _conform(phase: _Phase, began: Began) -> tuple[dict[str, Any], Verdict]:
    settings = began.settings
    requirements = [Requirement(**{**row, "checks": tuple(row["checks"])}) for row in settings["requirements"]]
    checked = [event for event in phase.events() if isinstance(event, Checked)]
    known = from_journal(settings.get("known_failures"))
    decided = judge_requirements(requirements, checked, bool(settings.get("strict")), known, _when(began.wall).date())
    rows = [_requirement(verdict, settings.get("seed")) for verdict in decided]
    return {"requirements": rows, "behaviour": behaviour(decided)}, conformance_verdict(decided)


def _requirement(decided: RequirementVerdict, seed: object) -> dict[str, Any]:
    requirement = decided.requirement
    row: dict[str, Any] = {
        "id": requirement.id,
        "level": requirement.level,
        "clause": requirement.clause,
        "quote": requirement.quote,
        "place": requirement.place,
        "verdict": decided.verdict,
        "red": decided.red,
        "exercised": decided.exercised,
        "reason": decided.reason,
        "stands_in": requirement.stands_in,
        "checks": [{"check": e.check, "outcome": e.outcome, "exercised": e.exercised} for e in decided.checks],
        "evidence": [{**e.evidence, "check": e.check, "outcome": e.outcome} for e in decided.checks if e.evidence],
    }
    if decided.verdict in ("fail", "could_not_run"):
        row["reproduce"] = shlex.join(["harness", "conform", "--only", requirement.id, "--seed", str(seed)])
    if decided.known:
        row["known"] = _known(decided.known)
    return row


def _known(known: Known) -> dict[str, str]:
    entry = known.entry
    return {
        "state": known.state,
        "told": known.told,
        "reason": entry.reason,
        "owner": entry.owner,
        "expires": entry.expires.isoformat(),
    }


def _load(phase: _Phase, began: Began) -> tuple[dict[str, Any], Verdict]:
    settings = dict(began.settings)
    for event in phase.milestones:
        if isinstance(event, Replanned):
            settings |= event.settings
    if settings.get("scenario") == capacity.SCENARIO:
        return _capacity(phase.milestones, began)
    given = [parse_objective(text) for text in settings.get("objectives", ())] or figures.DEFAULT_OBJECTIVES
    limits = settings.get("limits") or {}
    rule = rule_of(limits) if limits else None
    measuring = Measuring(settings["reply_timeout_s"], began.at, windows.kinds(given), phase.shelves, rule)
    for event in phase.events():
        measuring.enter(event)
    measured = measuring.finish()
    objectives = [
        windows.judge(objective, measured.seconds) if objective.window_s else figures.judge(objective, measured)
        for objective in given
    ]
    validity = judge_validity(measured)
    load = load_part(settings, measured, objectives, validity)
    if rule is not None and measured.prediction is not None:
        load["prediction"] = prediction_part(measured.prediction, rule, limits)
    if aborted := next((event for event in phase.milestones if isinstance(event, Aborted)), None):
        load["aborted"] = aborted_part(aborted, objectives)
    return {"load": load}, load_verdict(measured, objectives, validity)


def _capacity(events: Iterable[Event], began: Began) -> tuple[dict[str, Any], Verdict]:
    """A search is a load run of many short ones, each with a journal of its own."""
    probes = [event for event in events if isinstance(event, Probed)]
    found, verdict = capacity.summary(probes, began.settings)
    return {"capacity": found}, verdict


def _limits(phase: _Phase, began: Began) -> tuple[dict[str, Any], Verdict]:
    """What was found, and every request behind it: seconds since the first."""
    events = list(phase.events())
    asked = sorted((event for event in events if isinstance(event, Asked)), key=lambda event: event.number)
    identified = next((event for event in events if isinstance(event, Identified)), None)
    first = asked[0].at if asked else began.at
    requests = [
        {
            "sent_s": round((each.at - first) / 1e9, 6),
            "received_s": round((each.received - first) / 1e9, 6),
            "status": each.status,
            "request": each.subject,
            "purpose": each.purpose,
            "verdict": each.verdict,
            "retry_after_s": each.retry_after_s,
        }
        for each in asked
    ]
    found = identified.found if identified else {"limited": None, "requests_spent": len(asked)}
    limits = {**found, "budget": began.settings.get("budget"), "requests": requests}
    answered = sum(each.verdict != "unknown" for each in asked)
    written = _as_written(LIMITS, "limits", limits)
    return {"limits": written}, limits_verdict(identified.found if identified else None, answered)


Judge = Callable[[_Phase, Began], tuple[dict[str, Any], Verdict]]
_JUDGES: dict[str, Judge] = {"conform": _conform, "load": _load, "limits": _limits}


def _phase(began: Began, ended: Ended | None) -> dict[str, Any]:
    if ended is None:
        return {"started": _calendar(began.wall), "ending": "died", "reason": "the harness itself was killed"}
    return {
        "started": _calendar(began.wall),
        "finished": _calendar(ended.wall),
        "ending": ended.ending,
        "reason": ended.reason,
    }


def _with_ending(verdict: Verdict, ended: Ended | None) -> Verdict:
    """A phase that died says nothing about the target, and one cut short cannot say that all is well."""
    if ended is None or ended.ending == "died":
        return "could_not_run"
    if ended.ending in ("interrupted", "aborted") and verdict in ("pass", "not_exercised"):
        return "could_not_run"
    return verdict


def _finish(phase: _Phase, began: Began) -> int:
    """Wall time of a phase's end; of a killed one, of the last thing known of it."""
    if phase.ended is not None and phase.ended.wall:
        return phase.ended.wall
    return began.wall + max(event.at for event in phase.events()) - began.at


def _calendar(wall_ns: int) -> str:
    return _when(wall_ns).isoformat(timespec="milliseconds")


def _when(wall_ns: int) -> datetime:
    return datetime.fromtimestamp(wall_ns / 1e9, UTC)

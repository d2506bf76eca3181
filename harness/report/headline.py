"""The verdict in plain words: one sentence for everybody, and the facts that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.report import capacity, limiting, limits
from harness.report.clauses import Tally, borne, is_flaky, state_of, tallies, why_excused
from harness.report.figures import value_of
from harness.report.legible import one_line
from harness.report.numerals import count, plural, time_of

Result = Mapping[str, Any]

TITLES = {
    "pass": "Pass",
    "fail": "Fail",
    "not_exercised": "Not proven",
    "could_not_run": "Could not run",
    "invalid": "Invalid",
}
_PHASES = {"conform": "the gate", "load": "the load run"}
_NAMES = {**_PHASES, "limits": "the inquiry into the limiter"}


@dataclass(frozen=True, slots=True)
class Headline:
    """`title` is the verdict in a word or two, `sentence` the same for a reader, `facts` what it stands on."""

    title: str
    sentence: str
    facts: tuple[str, ...]


def headline(result: Result) -> Headline:
    sentences = {
        "pass": _passed,
        "fail": _failed,
        "not_exercised": _not_proven,
        "could_not_run": _could_not_run,
        "invalid": _invalid,
    }
    title = "Interrupted" if result["interrupted"] else TITLES[result["verdict"]]
    return Headline(title, sentences[result["verdict"]](result), tuple(_facts(result)))


def missed_objectives(result: Result) -> list[dict[str, Any]]:
    return [o for o in result.get("load", {}).get("objectives", ()) if o["verdict"] == "fail"]


def could_not_run_reasons(result: Result) -> list[str]:
    """Every reason why the run, or a part of it, did not come to its end."""
    reasons = [
        _unconfirmed(result) if phase["ending"] == "aborted" else phase["reason"] or f"{_NAMES[name]} was interrupted"
        for name, phase in result["phases"].items()
        if phase["ending"] != "completed" and not (phase["ending"] == "aborted" and phase["verdict"] == "fail")
    ]
    if result["kind"] == "run":
        reasons += [f"{_PHASES[name]} never began" for name in _PHASES if name not in result["phases"]]
    if result["torn_lines"]:
        reasons.append(f"the journal is damaged: {plural(result['torn_lines'], 'line')} of it cannot be read")
    rows = result.get("requirements", ())
    return reasons + [
        f"{row['id']} could not be decided: {row['reason'] or 'no reason was given'}"
        for row in rows
        if row["red"] and row["verdict"] == "could_not_run"
    ]


def _passed(result: Result) -> str:
    asked = "what was asked for holds" if result.get("only") else "the contract is kept"
    known = len(borne(result.get("requirements", ())))
    kept = (
        [asked + (f", but for {plural(known, 'known failure')}" if known else "")] if "requirements" in result else []
    )
    if "load" in result:
        met = len(result["load"]["objectives"])
        limited = limiting.how_much(result["load"])
        but = f", with {limited}" if limited else ""
        kept.append(f"the load run met {'its objective' if met == 1 else f'all {met} objectives'}{but}")
    if "capacity" in result:
        kept.append(capacity.sentence(result["capacity"]))
    if "limits" in result:
        kept.append(limits.sentence(result["limits"]))
    return _sentence(", and ".join(kept) or "nothing was wrong")


def _failed(result: Result) -> str:
    broken, gone = _broken(result), _gone(result)
    told = [f"the target {broken}"] if broken else []
    if "capacity" in result:
        told.append(capacity.sentence(result["capacity"]))
    told += [gone] if gone else []
    return _sentence("; ".join(told) or "the target failed")


def _gone(result: Result) -> str:
    gone = sum(state_of(row) == "gone" for row in result.get("requirements", ()))
    return f"{plural(gone, 'known failure is', 'known failures are')} gone and still listed" if gone else ""


def _broken(result: Result) -> str:
    broken = [row for row in result.get("requirements", ()) if row["red"] and row["verdict"] == "fail"]
    missed = missed_objectives(result)
    flaky = sum(map(is_flaky, broken))
    faults = [f"broke {plural(len(broken), 'requirement')}" + (f" ({flaky} FLAKY)" if flaky else "")] if broken else []
    faults += [f"missed {plural(len(missed), 'objective')}"] if missed else []
    told = " and ".join(faults)
    early = ended_early(result)
    return f"{told}, and the run was ended early: {early}" if early and told else told


def ended_early(result: Result) -> str:
    """What was seen when the load run was ended early; empty where it was not."""
    aborted = result.get("load", {}).get("aborted")
    if not aborted:
        return ""
    last = aborted["at_s"] + aborted["window_s"] - 1
    seen = f"{aborted['objective']} was {value_of(aborted['value'], aborted['unit'])}"
    return f"{seen} in seconds {aborted['at_s']} to {last}"


def _unconfirmed(result: Result) -> str:
    return f"the load run was ended early, and its journal does not confirm why: {ended_early(result)}"


def _not_proven(result: Result) -> str:
    untried = [row for row in result.get("requirements", ()) if row["red"]]
    reasons = [f"{plural(len(untried), 'MUST was', 'MUST were')} never exercised"] if untried else []
    if result["phases"].get("load", {}).get("verdict") == "not_exercised":
        reasons.append("the load run moved no message")
    if result["phases"].get("limits", {}).get("verdict") == "not_exercised":
        reasons.append(limits.untold(result["limits"]))
    return _sentence(f"not proven: {' and '.join(reasons) or 'nothing was exercised'}")


def _could_not_run(result: Result) -> str:
    beginning = "interrupted" if result["interrupted"] else "could not run"
    reasons = could_not_run_reasons(result)
    first = reasons[0].strip().splitlines()[0] if reasons and reasons[0].strip() else "no reason was given"
    return _sentence(f"{beginning}: {one_line(first, 200)}")


def _invalid(result: Result) -> str:
    if "capacity" in result:
        return _sentence(capacity.sentence(result["capacity"]))
    return "The measurement is invalid: the harness was the bottleneck, so its figures say nothing about the target."


def _facts(result: Result) -> list[str]:
    facts = []
    if result["verdict"] == "could_not_run" and _broken(result):
        facts.append(f"What was seen before counts: the target {_broken(result)}.")
    rows = result.get("requirements", [])
    facts += [_tallied(tally) for tally in tallies(rows)]
    if known := len(borne(rows)):
        facts.append(
            f"{plural(known, 'failure is', 'failures are')} known of and not counted, until the entry expires."
        )
    facts += [f"{row['id']} could not be tried: {why_excused(row)}." for row in rows if why_excused(row)]
    if "capacity" in result:
        if result["verdict"] == "could_not_run":
            facts.append(_sentence(f"so far, {capacity.sentence(result['capacity'])}"))
        facts += capacity.facts(result["capacity"])
    if "limits" in result:
        facts += limits.facts(result["limits"])
    if "load" in result:
        facts += _trusted(result["load"])
        if result["verdict"] == "fail" and ended_early(result) and not result["load"]["aborted"]["confirmed"]:
            facts.append(f"The run was ended early, and its journal does not confirm why: {ended_early(result)}.")
        # Of a run that passed the sentence says so.
        if result["verdict"] != "pass" and (limited := limiting.how_much(result["load"])):
            facts.append(f"{limited}.")
        facts.append(_moved(result["load"]))
        facts += taken_over(result["load"])
    return facts


def taken_over(load: Mapping[str, Any]) -> list[str]:
    """A tenant has one registration: who registers another webhook in mid-run takes the replies, or leaves his own."""
    replies = load["replies"]
    if replies["misrouted"] and replies["lost"]:
        what = f"{plural(replies['misrouted'], 'reply was', 'replies were')} for sessions that this run never opened"
    elif replies["lost"] and not replies["arrivals"]:
        what = "not one reply reached the webhook"
    else:
        return []
    return [f"{what[0].upper()}{what[1:]}: see that nobody else registers a webhook with this tenant meanwhile."]


def _trusted(load: Mapping[str, Any]) -> list[str]:
    validity = load["validity"]
    if validity["verdict"] == "valid":
        return []
    return [f"The load run's figures are {validity['verdict']}: {'; '.join(validity['reasons'])}."]


def _tallied(tally: Tally) -> str:
    if tally.level == "OBSERVE":
        return f"{tally.observed} of {plural(tally.total, 'open point')} settled."
    rest = {
        "broken": tally.broken,
        "could not be decided": tally.could_not_run,
        "not exercised": tally.not_exercised,
    }
    told = [f"{tally.held} of {tally.total} {tally.level} hold"]
    return ", ".join(told + [f"{number} {what}" for what, number in rest.items() if number]) + "."


def _moved(load: Mapping[str, Any]) -> str:
    messages, replies, reply = load["messages"], load["replies"], load["reply_ms"]
    again = (load.get("limiting") or {}).get("sent_again", {}).get("requests")
    # What was sent again is no other message: to take it for one reads as if it had been lost.
    accepted = (
        f"{plural(messages['accepted'], 'message')} accepted in {plural(messages['sent'], 'attempt')}"
        if again
        else f"{count(messages['accepted'])} of {plural(messages['sent'], 'message')} accepted"
    )
    told = f"{accepted}, {count(replies['answered'])} answered in time, {count(replies['lost'])} lost"
    if not reply["count"]:
        return f"{told}."
    return f"{told}; half of the replies within {time_of(reply['p50'])}, 99 % within {time_of(reply['p99'])}."


def _sentence(text: str) -> str:
    ended = text[:1].upper() + text[1:]
    return ended if ended.endswith((".", "…", "!", "?")) else f"{ended}."

"""A sender's policy, from what the gate saw of it: the evidence on the behaviour card.

What was not seen is not named. Only a schedule must have all its parts, or a sandbox would put in its own: where its
end, say, was not seen, it goes on for as long as it may, and `unseen` tells that this is assumed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.twin.twin import Sender

# Of a gap that was seen: what machines add, relative.
ERROR = 0.1
# What stands for what was not seen.
UNSEEN = {"retry": "none", "longest": "1h", "attempts": "1000", "give-up": "1h", "jitter": "0.0"}

Evidence = Mapping[str, Mapping[str, Any]]  # by requirement, of its first check


def sender_of(run: str, requirements: Any) -> Sender | None:
    """`requirements` are those of a result. None where no call failed. Raises KeyError, TypeError or ValueError where
    they were edited."""
    seen: Evidence = {
        str(each["id"]): each["evidence"][0]
        for each in requirements or ()
        if each["verdict"] == "observed" and each["evidence"]
    }
    failing = seen.get("OBS-RETRIES")
    if failing is None:
        return None
    schedule = _schedule(failing)
    told = [f"{name}={UNSEEN[name] if value is None else value}" for name, value in schedule.items()]
    policy = " ".join([*_accepted(seen), *_timeout(seen), *told, *_habits(seen)])
    unseen = tuple(name for name, value in schedule.items() if value is None)
    return Sender(run, int(failing["attempts"]), policy, float(failing["watched_s"]), ERROR, unseen)


def _accepted(seen: Evidence) -> Iterator[str]:
    after = seen.get("OBS-ACCEPTED-STATUSES", {}).get("after", {})
    once = [status for status, calls in after.items() if status.isdigit() and int(calls["attempts"]) == 1]
    successes = [status for status in after if status.startswith("2") and status.isdigit()]
    if successes and set(successes) <= set(once):
        once = ["2xx", *(status for status in once if status not in successes)]
    if once:
        yield f"accepted={'+'.join(once)}"


def _timeout(seen: Evidence) -> Iterator[str]:
    hung_up_s = seen.get("OBS-SENDER-TIMEOUT", {}).get("hung_up_after_s")
    if hung_up_s is not None:
        yield f"timeout={round(float(hung_up_s), 1)}s"


def _schedule(failing: Mapping[str, Any]) -> dict[str, Any]:
    """By option; None for what was not seen."""
    schedule = failing.get("schedule")
    if int(failing["attempts"]) < 2 or schedule is None:
        return {"retry": None}
    jitter = None if schedule["jitter"] is None else float(schedule["jitter"])
    # What is told are medians of gaps from which up to the jitter had been taken away.
    whole = 1 / (1 - (jitter or 0.0) / 2)
    first, longest, shape = schedule["first_s"], schedule["longest_s"], str(schedule["shape"])
    told: dict[str, Any] = {"retry": shape}
    if shape == "table":
        told["gaps"] = "+".join(_seconds(gap * whole) for gap in schedule["gaps_s"])
    else:
        told["first"] = _seconds(first * whole)
    if shape == "exponential":
        told |= {"factor": schedule["factor"], "longest": None if longest is None else _seconds(longest * whole)}
    # Where attempts have ended, so has the schedule, whatever it would have been given up for later.
    attempts = schedule.get("attempts")
    told |= {"attempts": None, "give-up": None} if attempts is None else {"attempts": int(attempts)}
    return told | {"jitter": jitter}


def _habits(seen: Evidence) -> Iterator[str]:
    waits = set(seen.get("OBS-SENDER-RETRY-AFTER", {}).get("found", {}).values())
    if waits & {"obeyed", "ignored"}:
        yield f"retry-after={'obey' if 'obeyed' in waits else 'ignore'}"
    if "OBS-REDIRECTS" in seen:
        after = seen["OBS-REDIRECTS"]["after"].values()
        yield f"redirects={'follow' if any(calls['followed'] for calls in after) else 'ignore'}"
    if "OBS-OVERTAKING" in seen:
        yield f"order={'overtake' if seen['OBS-OVERTAKING']['order'] == 'passed' else 'keep'}"


def _seconds(value: float) -> str:
    return f"{round(float(value), 3)}s"

"""A sender's policy, from what the gate saw of it: the evidence on the behaviour card.

What was not seen is not named. Where attempts ended long before nobody looked any more, they are counted; where they
had not, the schedule goes on for as long as it may.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.twin.twin import Sender

# Of a gap that was seen: what machines add, relative.
ERROR = 0.1
# Another attempt that is so many times overdue, and so many seconds more, does not come.
OVERDUE, OVERDUE_S = 1.5, 1.0
# Nothing of a schedule that went on when it was last seen says where it ends.
ON_AND_ON = "attempts=1000 give-up=1h"
LONGEST = "1h"

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
    words = [*_accepted(seen), *_timeout(seen), *_schedule(failing), *_habits(seen)]
    return Sender(run, int(failing["attempts"]), " ".join(words), float(failing["watched_s"]), ERROR)


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


def _schedule(failing: Mapping[str, Any]) -> Iterator[str]:
    schedule = failing.get("schedule")
    if int(failing["attempts"]) < 2 or schedule is None:
        yield "retry=none"
        return
    jitter = float(schedule["jitter"] or 0.0)
    # What was seen are medians of gaps from which up to the jitter had been taken away.
    whole = 1 / (1 - jitter / 2)
    first, factor, longest = (schedule[name] for name in ("first_s", "factor", "longest_s"))
    shape = str(schedule["shape"])
    yield f"retry={shape}"
    if shape == "table":
        yield f"gaps={'+'.join(f'{_rounded(gap * whole)}s' for gap in schedule['gaps_s'])} attempts=1000 give-up=1h"
    else:
        yield f"first={_rounded(first * whole)}s"
        if shape == "exponential":
            yield f"factor={factor} longest={LONGEST if longest is None else f'{_rounded(longest * whole)}s'}"
        yield _end(failing, schedule, factor or 1.0)
    yield f"jitter={jitter}"


def _end(failing: Mapping[str, Any], schedule: Mapping[str, Any], factor: float) -> str:
    last = float(schedule["gaps_s"][-1])
    due = min(last * factor, float(schedule["longest_s"] or last * factor))
    quiet_s = schedule["quiet_s"]
    over = quiet_s is not None and float(quiet_s) > OVERDUE * due + OVERDUE_S
    return f"attempts={int(failing['attempts'])}" if over else ON_AND_ON


def _habits(seen: Evidence) -> Iterator[str]:
    waits = set(seen.get("OBS-SENDER-RETRY-AFTER", {}).get("found", {}).values())
    if waits & {"obeyed", "ignored"}:
        yield f"retry-after={'obey' if 'obeyed' in waits else 'ignore'}"
    if "OBS-REDIRECTS" in seen:
        after = seen["OBS-REDIRECTS"]["after"].values()
        yield f"redirects={'follow' if any(calls['followed'] for calls in after) else 'ignore'}"
    if "OBS-OVERTAKING" in seen:
        yield f"order={'overtake' if seen['OBS-OVERTAKING']['order'] == 'passed' else 'keep'}"


def _rounded(seconds: float) -> float:
    return round(float(seconds), 3)

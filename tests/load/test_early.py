"""Objectives over windows while the run is under way: what is told then is what the journal tells later."""

from random import Random

import pytest

from harness import windows
from harness.events import Acked, Began, Ended, Event, Failed, Limited, Planned, Replied, Sent
from harness.load.early import EarlyEnd
from harness.measurement import measure
from harness.objective import parse_objective
from harness.seconds import SECOND

MS = 1_000_000
TIMEOUT_S = 2.0


def run(seed: int, seconds: int = 20, slow_from: int = 8) -> list[Event]:
    """Fifty messages a second, each in a session of its own: some fail, are limited or lost, and all are slower from
    some second on."""
    dice = Random(seed)
    events: list[Event] = [Began(0, 0, "load")]
    for number in range(seconds * 50):
        name, at = f"m{number}", number * 20 * MS + dice.randrange(20 * MS)
        events += [Acked(0, f"o{name}", 200, name, "u"), Planned(at - MS, name, "sendMessage", "c", name)]
        events.append(Sent(at, name))
        fate = dice.random()
        if fate < 0.02:
            events.append(Failed(at + 5 * MS, name, "timed out"))
        elif fate < 0.04:
            events.append(Limited(at + 5 * MS, name))
        else:
            events.append(Acked(at + 5 * MS, name, 200))
            if fate < 0.96:
                reply_ms = dice.uniform(20, 100) * (8 if at >= slow_from * SECOND else 1)
                # A reply may overtake its message's 200.
                events.append(Replied(at + round(reply_ms * MS) - 17 * MS, 0, name, "u", "bot", name))
    return sorted(events, key=lambda event: event.at)


def first_broken(text: str, events: list[Event]) -> tuple[int, float] | None:
    """What the journal says."""
    objective = parse_objective(text)
    end = Ended(events[-1].at + 30 * SECOND, 0, "load", "completed")
    seconds = measure([*events, end], TIMEOUT_S, windows.kinds([objective])).seconds
    slid = windows.slide(objective, seconds, seconds.whole("messages"))
    broken = (window for window in slid if window is not None and not objective.holds(window.value))
    return next(((window.at_s, window.value) for window in broken), None)


def told_live(text: str, events: list[Event], begin: int = 0) -> tuple[int, float, int] | None:
    """The window, its figure, and the moment at which it was told: it is asked once a second."""
    live = EarlyEnd([parse_objective(text)], TIMEOUT_S, begin)
    left = list(events)
    for now in range(SECOND, 40 * SECOND, SECOND):
        while left and left[0].at <= now:
            live.enter(left.pop(0))
        if breach := live.breach(now):
            return breach.at_s, breach.value, now
    return None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "text",
    [
        "reply_p90<300ms over 3s",
        "reply_p50<1ms over 2s",
        "reply_from_plan_mean<200ms over 4s",
        "response_max<1s over 2s",
        "lost<2% over 5s",
        "lost<50% over 5s",
        "limited<=1% over 6s",
        "failed<2% over 4s",
        "accepted>49/s over 2s",
        "answered>=90% over 3s",
    ],
)
def test_the_window_that_is_told_is_the_first_that_the_journal_finds_broken(text: str, seed: int) -> None:
    events = run(seed)
    told = told_live(text, events)

    assert (told[:2] if told else None) == first_broken(text, events)


def test_it_is_told_while_the_run_is_under_way() -> None:
    told = told_live("reply_p90<300ms over 3s", run(1))

    assert told is not None
    # The window is over at 9 s at the earliest, and who waits for a lost reply waits for the timeout.
    assert told[2] <= (told[0] + 3 + TIMEOUT_S + 2) * SECOND


def test_nothing_is_told_of_a_figure_that_only_the_end_knows() -> None:
    assert told_live("misrouted<=0 over 2s", run(1)) is None
    assert told_live("reply_p90<1ms", run(1)) is None

"""What customers do when the target limits them. Pure: how long they stay away, and whether they ask again.

    drop    stay away for as long as Retry-After asks, drop the message, and go on with the next
    polite  the same, and then send it again, until it is let in: as a source system that loses nothing
    rude    go on at once, as if nothing had been said: the message is dropped, and the next is due when it would be

A 429 without a Retry-After that can be read says nothing of when to come back. Who drops his message stays away for
about SETBACK_S then; who sends it again backs off: twice as long each time, LONGEST_BACKOFF_S at most.
"""

from typing import Literal, get_args

from harness.errors import UsageError

Manners = Literal["drop", "polite", "rude"]
MANNERS: tuple[Manners, ...] = get_args(Manners)
# How long a customer stays away where no time was named; half as long again at most. Seconds.
SETBACK_S = 1.0
LONGEST_BACKOFF_S = 32.0
# Added to what a 429 asks for, at random up to this, so that those who were told the same do not return as one.
SPREAD_S = 0.5


def stay_away_s(manners: Manners, retry_after_s: float | None, times: int, chance: float) -> float:
    """For how many seconds a customer stays away who was limited for so many `times` in a row, from 1 on. `chance` is
    from 0 up to 1."""
    if manners == "rude":
        return 0.0
    if retry_after_s is not None:
        return retry_after_s + chance * SPREAD_S
    doublings = times - 1 if manners == "polite" else 0
    longest = LONGEST_BACKOFF_S / SETBACK_S
    return SETBACK_S * min(2.0 ** min(doublings, 60), longest) * (1 + chance / 2)


def manners(text: str) -> Manners:
    """What --when-limited says. Raises UsageError."""
    for each in MANNERS:
        if text == each:
            return each
    raise UsageError(f"takes {', '.join(MANNERS[:-1])} or {MANNERS[-1]} (it is {text!r})")

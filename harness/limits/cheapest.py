"""Which request to find the limit with: the one that leaves least behind, if it shares the quota of those that matter.

A message to a session that does not exist has no effect beyond its 404, a message has a reply, and a new session stays.
Whether the first uses up what the others use up is tried, not assumed.
"""

from dataclasses import dataclass

from harness.limits.asker import Asker
from harness.limits.purse import Purse, Spent
from harness.limits.seen import Seen
from harness.limits.subject import WORDS, Kind, Subject

# So many at once at first, then twice as many each time, up to the last: requests.
FIRST, MOST = 4, 64
# Of the budget, what each kind of request may take until it is taken to be without a limit. What is left has to do for
# a limit that the last of them meets.
SHARES: dict[Kind, float] = {"unknown": 0.5, "message": 0.25, "session": 0.1}
TRIES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """`subject` is None where nothing was limited; `why` says what was tried for that many requests and seconds.
    `cut_short` is whether the budget did not allow as much as was meant to be tried."""

    subject: Subject | None
    why: str
    sent: int
    seconds: float
    cut_short: bool = False


def choose(asker: Asker, purse: Purse) -> Choice:
    """Raises what Asker.ask raises, but for Spent: then nothing was seen within the budget."""
    began, before = asker.now(), purse.spent
    free: list[Kind] = []
    apart: list[Kind] = []
    cut_short = False
    unknown = Subject("unknown")
    for kind, share in SHARES.items():
        subject = Subject(kind)
        try:
            refused = _pressed(asker, subject, round(share * purse.requests))
        except Spent:
            refused, cut_short = None, True
        if refused is None:
            free.append(kind)
            continue
        # One that had a quota of its own may be refused for that: it says nothing of another's.
        if kind == "unknown":
            chosen = unknown if _shared(asker, unknown, Subject("message")) is not False else None
        else:
            chosen = unknown if not apart and _shared(asker, subject, unknown) else subject
        if chosen is not None:
            return Choice(chosen, _why(chosen.kind, free, apart), purse.spent - before, asker.now() - began)
        apart.append(kind)
    return Choice(None, "nothing was refused", purse.spent - before, asker.now() - began, cut_short)


def _pressed(asker: Asker, subject: Subject, most: int) -> Seen | None:
    """Asks faster and faster. The first that was refused, or None where `most` were let in. Raises Spent."""
    count, sent = FIRST, 0
    while sent < most:
        seen = asker.ask(subject, f"is {subject.words} limited?", count=min(count, most - sent))
        refused = next((each for each in seen if each.refused), None)
        if refused is not None:
            return refused
        sent += len(seen)
        count = min(2 * count, MOST)
    return None


def _shared(asker: Asker, subject: Subject, other: Subject) -> bool | None:
    """Whether the other is refused as well while this is. It stands between two that are refused; None where these
    never were."""
    purpose = f"does {other.words} share its quota?"
    for _ in range(TRIES):
        try:
            [before] = asker.ask(subject, purpose)
            if before.admitted:
                _pressed(asker, subject, MOST)
            [between] = asker.ask(other, purpose)
            [after] = asker.ask(subject, purpose)
        except Spent:
            return False
        if after.refused:
            return between.refused
    return None


def _why(kind: Kind, free: list[Kind], apart: list[Kind]) -> str:
    if kind == "unknown":
        return f"{WORDS[kind]} uses up the same quota as a message, and leaves nothing behind"
    told = [f"{WORDS[each]} does not share its quota" for each in apart]
    if others := [WORDS[each] for each in free]:
        told.append(f"{' and '.join(others)} {'were' if len(others) > 1 else 'was'} not limited")
    return ", and ".join(told) or "it is what is limited"

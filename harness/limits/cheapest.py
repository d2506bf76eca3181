"""Which request to find the limit with: the one that leaves least behind, if it shares the quota of those that matter.

A message to a session that does not exist has no effect beyond its 404, a message has a reply, and a new session stays.
Whether the first uses up what the others use up is tried, not assumed.
"""

from dataclasses import dataclass

from harness.limits.asker import Asker
from harness.limits.purse import Purse, Spent
from harness.limits.seen import Seen
from harness.limits.subject import KINDS, WORDS, Kind, Subject

# So many at once at first, then twice as many each time, up to the last: requests.
FIRST, MOST = 4, 64
# Of the budget, what each kind of request may take until it is taken to be without a limit.
SHARES: dict[Kind, float] = {"unknown": 0.4, "message": 0.2, "session": 0.1}
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
    cut_short = False
    for kind in KINDS:
        subject = Subject(kind)
        try:
            refused = _pressed(asker, subject, round(SHARES[kind] * purse.requests))
        except Spent:
            refused, cut_short = None, True
        if refused is None:
            free.append(kind)
        elif kind != "unknown" or _shared(asker, subject):
            return Choice(subject, _why(kind, free), purse.spent - before, asker.now() - began)
        else:
            free.append(kind)
    return Choice(None, "nothing was refused", purse.spent - before, asker.now() - began, cut_short)


def _pressed(asker: Asker, subject: Subject, most: int) -> Seen | None:
    """Asks faster and faster. The first that was refused, or None where `most` were let in. Raises Spent."""
    count, sent = FIRST, 0
    while sent + count <= most:
        seen = asker.ask(subject, f"is {subject.words} limited?", count=count)
        refused = next((each for each in seen if each.refused), None)
        if refused is not None:
            return refused
        sent += count
        count = min(2 * count, MOST)
    return None


def _shared(asker: Asker, subject: Subject) -> bool:
    """Whether a real message is refused as well while this is. It stands between two that are refused."""
    for _ in range(TRIES):
        try:
            [before] = asker.ask(subject, "does it share the quota of messages?")
            if before.admitted:
                _pressed(asker, subject, MOST)
            [message] = asker.ask(Subject("message"), "does it share the quota of messages?")
            [after] = asker.ask(subject, "does it share the quota of messages?")
        except Spent:
            return False
        if after.refused:
            return message.refused
    return True


def _why(kind: Kind, free: list[Kind]) -> str:
    if kind == "unknown":
        return f"{WORDS[kind]} uses up the same quota as a message, and leaves nothing behind"
    others = " and ".join(WORDS[each] for each in free)
    return f"{others} {'were' if len(free) > 1 else 'was'} not limited" if free else "it is what is limited"

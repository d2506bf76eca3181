"""The sums of a load run: what must add up, written out, and whether it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What each class means, in a line: the legend of every sum.
MEANINGS = {
    "sent": "handed to the client",
    "missed": "due, and never sent",
    "accepted": "answered 2xx",
    "limited": "answered 429",
    "refused": "answered another 4xx",
    "failed": "a 5xx, a broken connection, silence, or an answer off the contract",
    "unfinished": "the run ended before the answer came",
    "answered": "one reply, in time, certainly this message's",
    "late": "the same, after the reply timeout",
    "ambiguous": "a reply came, and it fits more than one message",
    "lost": "no reply, and its timeout was over",
    "unsettled": "no reply yet when the run ended, before its timeout",
    "first": "answers a message",
    "further": "another part of an answer, or a human's",
    "duplicate": "the same bytes again, while no message waited",
    "unsolicited": "no message was waiting",
    "misrouted": "an unknown session, or the wrong user",
    "malformed": "breaks the contract",
}
_TONES = {
    "good": ("sent", "accepted", "answered", "first"),
    "warn": ("limited", "late", "unsolicited", "missed", "refused"),
    "bad": ("failed", "lost", "misrouted", "malformed"),
    "odd": ("ambiguous", "further"),
    "quiet": ("unfinished", "unsettled", "duplicate"),
}
TONES = {name: tone for tone, names in _TONES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` = the sum of `parts`, as far as it `holds`."""

    title: str
    name: str
    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def holds(self) -> bool:
        return self.total == sum(number for _, number in self.parts)


def sums_of(load: Mapping[str, Any]) -> list[Sum]:
    """The five sums, in the order in which a message lives through them."""
    messages, replies = load["messages"], load["replies"]

    def parts(source: Mapping[str, int], *names: str) -> tuple[tuple[str, int], ...]:
        return tuple((name, source[name]) for name in names)

    return [
        Sum("Every planned message", "planned", messages["planned"], parts(messages, "sent", "missed")),
        Sum(
            "Every sent message",
            "sent",
            messages["sent"],
            parts(messages, "accepted", "limited", "refused", "failed", "unfinished"),
        ),
        Sum(
            "Every accepted message",
            "accepted",
            messages["accepted"],
            parts(replies, "answered", "late", "ambiguous", "lost", "unsettled"),
        ),
        Sum(
            "Every arrival at the sink",
            "arrivals",
            replies["arrivals"],
            parts(replies, "first", "further", "duplicate", "unsolicited", "misrouted", "malformed"),
        ),
        Sum("Every first reply", "first", replies["first"], parts(replies, "answered", "late", "ambiguous")),
    ]

"""RPL-7: in which order do replies come? A reply does not say which message it answers, so that is learned. Pure.

Patient customers, who wait for each reply, hear them in order. Where what they hear follows a pattern, a hasty customer
must hear the same pattern.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_NUMBER = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Order:
    """Either the same `texts` for everybody, or a number in each text, the one at `place`, that rises."""

    texts: tuple[str, ...] = ()
    place: int | None = None

    def __str__(self) -> str:
        return f"in this order: {list(self.texts)}" if self.place is None else "so that the numbers in them rise"

    def holds(self, heard: Sequence[str]) -> bool | None:
        """Whether it was heard in this order; None where it was something else altogether."""
        if self.place is None:
            return list(heard) == list(self.texts) if sorted(heard) == sorted(self.texts) else None
        numbers = _numbers(heard, self.place)
        return None if numbers is None or len(numbers) < 2 else _rises(numbers)


def learn(transcripts: Sequence[Sequence[str]]) -> Order | None:
    """The order that all of these patient customers heard, as soon as it cannot be chance; None where there is none."""
    first = transcripts[0]
    if len(set(first)) == len(first) > 1 and all(list(heard) == list(first) for heard in transcripts):
        return Order(tuple(first))
    shortest = min((len(_NUMBER.findall(text)) for heard in transcripts for text in heard), default=0)
    for place in range(shortest):
        if all(_rises(_numbers(heard, place) or [0]) for heard in transcripts) and all(len(h) > 1 for h in transcripts):
            return Order(place=place)
    return None


def _numbers(heard: Sequence[str], place: int) -> list[int] | None:
    found = [_NUMBER.findall(text) for text in heard]
    return [int(each[place]) for each in found] if all(len(each) > place for each in found) else None


def _rises(numbers: Sequence[int]) -> bool:
    return all(former < later for former, later in pairwise(numbers))

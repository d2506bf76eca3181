"""A mapping that may outgrow memory: what was touched last is held, and the rest lies on a shelf until it is asked for.

Pure: whoever has a disk gives the shelf (`harness/recording/shelf.py`); without one everything is held. What is found
is the same either way, so that the length of a run decides about room and never about a figure.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")

# Of so many that are held, the least recently touched go to the shelf together.
_AT_ONCE = 8


class Shelf(Protocol):
    """Texts by their keys, somewhere else than in memory."""

    def put(self, texts: Iterable[tuple[str, str]]) -> None: ...
    def take(self, key: str) -> str | None:
        """The text, which is then no longer there; None where there is none."""

    def peek(self, key: str) -> str | None: ...
    def texts(self) -> Iterator[tuple[str, str]]: ...


# A new and empty one each time; None where there is room for everything in memory.
Shelves = Callable[[], Shelf | None]


def no_shelf() -> None:
    """Everything is held in memory: for runs that are short, and for tests."""


class Kept(Generic[T]):
    """At most `most` values are held. A value that was found may be changed until the next call, and not later."""

    def __init__(
        self, pack: Callable[[T], Any], unpack: Callable[[Any], T], shelf: Shelf | None = None, most: int = 10_000
    ) -> None:
        """`pack` makes plain data of a value, and `unpack` the same value of it."""
        self._pack = pack
        self._unpack = unpack
        self._shelf = shelf
        self._most = most
        self._held: dict[str, T] = {}
        self._shelved = 0

    def __len__(self) -> int:
        return len(self._held) + self._shelved

    def put(self, key: str, value: T) -> None:
        """A value for a key that has none."""
        self._held[key] = value
        if self._shelf is not None and len(self._held) > self._most:
            self._make_room(self._shelf)

    def get(self, key: str) -> T | None:
        value = self.pop(key)
        if value is not None:
            self.put(key, value)
        return value

    def pop(self, key: str) -> T | None:
        value = self._held.pop(key, None)
        if value is not None or self._shelf is None or not self._shelved:
            return value
        text = self._shelf.take(key)
        if text is None:
            return None
        self._shelved -= 1
        return self._unpack(json.loads(text))

    def look(self, key: str) -> T | None:
        """The value, for one who does not change it: it stays where it is."""
        value = self._held.get(key)
        if value is not None or self._shelf is None or not self._shelved:
            return value
        text = self._shelf.peek(key)
        return None if text is None else self._unpack(json.loads(text))

    def items(self) -> Iterator[tuple[str, T]]:
        """All of them, for one who changes none."""
        yield from self._held.items()
        if self._shelf is not None and self._shelved:
            yield from ((key, self._unpack(json.loads(text))) for key, text in self._shelf.texts())

    def values(self) -> Iterator[T]:
        return (value for _, value in self.items())

    def _make_room(self, shelf: Shelf) -> None:
        going = list(self._held)[: max(1, self._most // _AT_ONCE)]
        shelf.put([(key, json.dumps(self._pack(self._held.pop(key)))) for key in going])
        self._shelved += len(going)

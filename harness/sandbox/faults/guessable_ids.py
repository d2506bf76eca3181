"""Ids that a stranger can guess: SEC-3."""

import itertools
import time

from harness.sandbox.faults.base import Fault
from harness.sandbox.ids import Ids
from harness.sandbox.services import Services


class GuessableIds(Fault):
    """Takes the place of the source of ids."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.sessions.ids = self.source()

    def source(self) -> Ids:
        raise NotImplementedError


class _Sequential(Ids):
    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(100_001)

    def new(self) -> str:
        return f"{next(self._numbers):032x}"


class _Short(Ids):
    def new(self) -> str:
        return super().new()[:8]


class _Timestamps(Ids):
    def new(self) -> str:
        return f"{time.time_ns():032x}"


class SequentialIds(GuessableIds):
    name = "sequential-ids"
    breaks = "SEC-3"
    summary = "each id is the one before it plus one"

    def source(self) -> Ids:
        return _Sequential()


class ShortIds(GuessableIds):
    name = "short-ids"
    breaks = "SEC-3"
    summary = "ids are random, but have 8 hex digits only"

    def source(self) -> Ids:
        return _Short()


class TimestampIds(GuessableIds):
    name = "timestamp-ids"
    breaks = "SEC-3"
    summary = "an id is the time of its making in nanoseconds"

    def source(self) -> Ids:
        return _Timestamps()

"""A sink of one's own for every test: a real process, on real sockets, with a journal to look into."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.events import Gauged, Replied
from harness.journal import Part, read
from harness.sink.process import SinkProcess
from harness.sink.settings import Limits, Settings

Launch = Callable[..., SinkProcess]


class Journal:
    """What a sink wrote; to be read when it has ended, or while it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def part(self) -> Part:
        [part] = read(self.path.read_text().splitlines())
        return part

    @property
    def arrivals(self) -> list[Replied]:
        return [event for event in self.part.events if isinstance(event, Replied)]

    def gauge(self, name: str) -> list[float]:
        return [event.value for event in self.part.events if isinstance(event, Gauged) and event.name == name]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "parts" / "load-sink.ndjson")


@pytest.fixture
def launch(journal: Journal) -> Iterator[Launch]:
    """Starts a sink with other settings or limits than usual; all are ended after the test."""
    sinks: list[SinkProcess] = []

    def start(limits: dict[str, Any] | None = None, **settings: Any) -> SinkProcess:
        given = {"journal": journal.path, "run": "r1", "phase": "load", **settings}
        sinks.append(SinkProcess.launch(Settings(limits=Limits(**(limits or {})), **given)))
        return sinks[-1]

    yield start
    for sink in sinks:
        sink.stop()


@pytest.fixture
def sink(launch: Launch) -> SinkProcess:
    return launch()

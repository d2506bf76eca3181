"""Locust as a child of `harness load`: everything it needs comes by the environment, and it dies with its parent."""

import os
from collections.abc import Callable, Iterable, Mapping

from gevent import monkey

from harness.events import Ending, Replied
from harness.load.handover import Handover
from harness.load.plan import PHASE
from harness.load.postbox import Postbox
from harness.load.remote.translated import TranslatedFeed
from harness.load.station import Station
from harness.profile import resolve
from harness.recording.mapped import MappedWriter
from harness.recording.writer import header_now
from harness.sink.address import SinkAddress
from harness.sink.feed import Feed

ORPHANED = 1


class Attached:
    """The parent registers the webhook, watches the processes, and writes the report."""

    def __init__(self, handover: Handover, environment: Mapping[str, str]) -> None:
        """Raises UsageError for an environment that is not the parent's, and SinkDied where there is no sink."""
        _end_with_parent()
        profile = resolve({}, environment, {})
        hear: Callable[[SinkAddress], Iterable[Replied]] = TranslatedFeed if handover.compares_clocks else Feed
        postbox = Postbox(*map(hear, SinkAddress.all_from_environment(environment)))
        header = header_now(handover.run, PHASE, handover.role)
        journal = MappedWriter(handover.part, header, profile.redactor)
        self.closing_words = ""
        self.folder = handover.folder
        self.station = Station(profile, postbox, journal, handover.plan, handover.worker)

    def begin(self) -> None:
        """The parent has begun before this process was started."""

    def end(self, ending: Ending, reason: str | None) -> int:
        """The exit code. How the run ended, and whether it was good, is the parent's to say."""
        self.station.close()
        return 0


def _end_with_parent() -> None:
    """Watches stdin in a thread of the operating system; a patched one is a greenlet, whose read would block all."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(ORPHANED)

    monkey.get_original("_thread", "start_new_thread")(watch, ())

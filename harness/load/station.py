"""What all customers of one Locust process share: the target, the journal, the inbox of replies, and the ceiling."""

import itertools
from collections.abc import Iterator

from harness.assets import asset
from harness.contract import Contract
from harness.events import Event
from harness.load.conversation import Conversation, conversations
from harness.load.turns import Turns
from harness.profile import Profile
from harness.recording.writer import JournalWriter
from harness.sink.inbox import Inbox


class Station:
    """Shared by greenlets of one thread, so nothing here is locked."""

    def __init__(self, profile: Profile, inbox: Inbox, journal: JournalWriter, think_s: float) -> None:
        self.profile = profile
        self.inbox = inbox
        self.contract = Contract(asset("openapi.yaml").read_text("utf-8"))
        self.requests = 0
        self._journal = journal
        self._think_s = think_s
        self.turns = Turns(profile.max_rate)
        self._customers = itertools.count(1)

    def new_request(self) -> str:
        """A name for one HTTP exchange, unique in the run."""
        self.requests += 1
        return f"l{self.requests}"

    def new_customer(self) -> tuple[str, Iterator[Conversation]]:
        """A name, and what that customer is going to say."""
        number = next(self._customers)
        return f"c{number}", conversations(
            self.profile.seed, number, self._think_s, avoid=self.profile.handover_phrases
        )

    def record(self, *events: Event) -> None:
        self._journal.write(*events)

    def close(self) -> None:
        """Writes no more events. The inbox hears on until the sink or the process ends."""
        self._journal.close()

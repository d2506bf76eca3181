"""What all customers of one Locust process share: the target, the journal, the inbox of replies, and the ceiling."""

import itertools
from collections.abc import Iterator

from harness.assets import asset
from harness.contract import Contract
from harness.events import Event
from harness.load.conversation import Conversation, conversations
from harness.load.http.dialler import Dialler
from harness.load.http.pool import Pool
from harness.load.http.requests import Requests
from harness.load.outcome import Judge
from harness.load.plan import LoadPlan
from harness.load.turns import Turns
from harness.profile import Profile
from harness.recording.writer import JournalWriter
from harness.sink.inbox import Inbox


class Station:
    """Shared by greenlets of one thread, so nothing here is locked."""

    def __init__(self, profile: Profile, inbox: Inbox, journal: JournalWriter, plan: LoadPlan) -> None:
        self.profile = profile
        self.inbox = inbox
        clean = profile.redactor.clean
        self.judge = Judge(Contract(asset("openapi.yaml").read_text("utf-8"), clean), clean)
        self.requests = Requests(profile)
        self.exchanges = 0
        self._dialler = Dialler(profile.base_url)
        self._shared = Pool(self._dialler, plan.connections) if plan.connections else None
        self._journal = journal
        self._think_s = plan.think_s
        self.turns = Turns(profile.max_rate)
        self._customers = itertools.count(1)

    def new_request(self) -> str:
        """A name for one HTTP exchange, unique in the run."""
        self.exchanges += 1
        return f"l{self.exchanges}"

    def connections(self) -> Pool:
        """Those that a customer may use."""
        return self._shared or Pool(self._dialler, 1)

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

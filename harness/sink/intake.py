"""What happens to a delivery after it was answered: checked, journaled, passed on, a loop turn's worth at a time."""

import asyncio
from collections.abc import Callable

from harness.contract import Contract
from harness.events import Event
from harness.recording.writer import JournalWriter
from harness.sink.arrival import Delivery, examine
from harness.sink.headers import Keeper
from harness.sink.history import History


class Intake:
    """Takes deliveries and sees to it that each is in the journal exactly once.

    `on_failure` is called where the journal can no longer be written: from then on a 200 would be a lie.
    """

    def __init__(
        self,
        contract: Contract,
        kept_body: int,
        clean: Callable[[str], str],
        history: History,
        journal: JournalWriter | None,
        on_failure: Callable[[OSError], None],
        keeper: Keeper | None = None,
    ) -> None:
        self._contract = contract
        self._kept_body = kept_body
        self._clean = clean
        self._history = history
        self._journal = journal
        self._on_failure = on_failure
        self._keeper = keeper
        self._pending: list[Delivery] = []
        self._loop = asyncio.get_running_loop()
        self.received = 0

    def take(self, delivery: Delivery) -> None:
        """Costs next to nothing: the work is done when the loop has written the answers of this turn."""
        if not self._pending:
            self._loop.call_soon(self.flush)
        self._pending.append(delivery)
        self.received += 1

    def flush(self) -> None:
        deliveries, self._pending = self._pending, []
        if not deliveries:
            return
        arrivals = [
            examine(delivery, self._contract, self._kept_body, self._clean, self._keeper) for delivery in deliveries
        ]
        self.note(*arrivals)
        self._history.extend(arrivals)

    def note(self, *events: Event) -> None:
        """Writes events to the journal, where there is one."""
        if self._journal is None or not events:
            return
        try:
            self._journal.write(*events)
        except OSError as error:
            self._on_failure(error)

"""Everything that the gate's clients exchanged with the target, run past the oracles as it happens. Thread-safe.

Bounded: of each kind of objection the first answer is kept, and the rest are counted.
"""

import threading

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.oracles import ORACLES, Oracle
from harness.conformance.outcome import Finding, Tally


class Traffic:
    """Observes clients; `judged` tells what an oracle made of it all."""

    def __init__(self, oracles: tuple[Oracle, ...] = ORACLES) -> None:
        self._oracles = {oracle.name: oracle for oracle in oracles}
        self._lock = threading.Lock()
        self._exercised = dict.fromkeys(self._oracles, 0)
        self._findings: dict[str, dict[tuple[str, int | None, str], Finding]] = {name: {} for name in self._oracles}

    def saw(self, answer: Answer) -> None:
        for oracle in self._oracles.values():
            if oracle.applies(answer):
                objection = oracle.objection(answer)
                with self._lock:
                    self._exercised[oracle.name] += 1
                    if objection:
                        self._found(oracle.name, objection, answer)

    def judged(self, name: str) -> Tally:
        with self._lock:
            return Tally(self._exercised[name], list(self._findings[name].values()))

    def replayed(self, name: str, api: SourceSystem) -> bool | None:
        """Whether the oracle's first finding comes again when its request is sent again; None without a finding."""
        findings = self.judged(name).findings
        if not findings:
            return None
        again = api.resend(findings[0].subject.request)
        oracle = self._oracles[name]
        return oracle.applies(again) and oracle.objection(again) is not None

    def _found(self, name: str, objection: str, answer: Answer) -> None:
        kind = (answer.request.label, answer.status, objection)
        if kind in self._findings[name]:
            self._findings[name][kind].count += 1
        else:
            self._findings[name][kind] = Finding(objection, answer)

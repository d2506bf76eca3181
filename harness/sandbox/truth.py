"""The ground truth: what really happened, entry by entry, to score anything that was measured from outside.

An entry is a tuple until somebody reads it, so that writing one costs next to nothing. Numbers begin at 1 and go on
after a reset. `mono_ns` is `time.monotonic_ns` (comparable between the processes of one host), and `wall` the same
moment as a date. Kinds and their fields, beyond `n`, `kind`, `wall` and `mono_ns`:

sender     the first entry: policy, by which webhook calls are made (its fields as SenderPolicy has them)
request    operation (null where there is none), method, path, outcome (accepted, limited, refused, failed), status,
           error_code, tenant, session, user, received_ns (the bytes that completed it were read), answered_ns (its
           answer went to the socket), replies (the ids of those planned for it), note,
           asked_for (the magic value in it, or null), limiter (what each of its layers that was asked decided, in
           order; null where none was), limited_by (the number of the layer that refused it, or null)
reply      planned: reply, tenant, session, user, participant, received_ns (of its message), due_ns
attempt    one webhook call: reply, tenant, session, user, attempt (from 1), received_ns (of its message),
           started_ns, finished_ns, status (null without an answer), error, delivered
abandoned  a reply that will not come: reply, tenant, session, user, attempts, reason
registered a webhook: tenant
evicted    a session that went for a newer one: tenant, session, user

A layer's decision: layer (from 1), family, scope (its parts, joined by +), admitted, limit (what can be made at once
when nothing was used), used (of it, with this request), remaining (what can still be made at once), next_s (seconds
from this request until one more is admitted, if none comes before; null where nobody can know), reset_s (until nothing
is used, likewise), delay_s (that it had to wait), clock_ns (when this was decided, on the sandbox's clock: nanoseconds
since 1970, with what control skipped). A limiter's 503 has the outcome `failed`, as any 503: `limited_by` tells them
apart.
"""

import json
from collections.abc import Iterator
from typing import Any

from harness.sandbox.clock import WallClock

FIELDS: dict[str, tuple[str, ...]] = {
    "sender": ("policy",),
    "request": (
        "operation", "method", "path", "outcome", "status", "error_code", "tenant", "session", "user",
        "received_ns", "answered_ns", "replies", "note", "asked_for", "limiter", "limited_by",
    ),
    "reply": ("reply", "tenant", "session", "user", "participant", "received_ns", "due_ns"),
    "attempt": (
        "reply", "tenant", "session", "user", "attempt", "received_ns", "started_ns", "finished_ns", "status", "error",
        "delivered",
    ),
    "abandoned": ("reply", "tenant", "session", "user", "attempts", "reason"),
    "registered": ("tenant",),
    "evicted": ("tenant", "session", "user"),
}  # fmt: skip

Entry = tuple[Any, ...]  # kind, mono_ns, then the fields of its kind


class TruthLog:
    """The last so many entries, in a ring."""

    def __init__(self, capacity: int, wall: WallClock | None = None) -> None:
        self._capacity = capacity
        self._wall = wall or WallClock()
        self._ring: list[Entry] = []
        self._count = 0  # entries ever written, and so the number of the last one
        self._forgotten = 0  # the last number that a reset took away

    @property
    def last(self) -> int:
        """The number of the latest entry; 0 before the first."""
        return self._count

    @property
    def first(self) -> int:
        """The number of the oldest entry that is still here, or would be."""
        return max(self._forgotten, self._count - self._capacity) + 1

    @property
    def dropped(self) -> int:
        """How many entries were overwritten since the last reset."""
        return self.first - 1 - self._forgotten

    def write(self, kind: str, mono_ns: int, *values: Any) -> None:
        """Adds an entry. `values` are those of FIELDS[kind], in that order."""
        entry = (kind, mono_ns, *values)
        slot = self._count % self._capacity
        if slot < len(self._ring):
            self._ring[slot] = entry
        else:
            self._ring.append(entry)
        self._count += 1

    def forget(self) -> None:
        """Empties the log; the numbers go on."""
        self._forgotten = self._count
        self._ring = [()] * min(len(self._ring), self._count % self._capacity)

    def lines(self, since: int, until: int) -> Iterator[bytes]:
        """NDJSON of the entries numbered since < n <= until. Where some of them were dropped, a first line says so."""
        wanted = max(since, self._forgotten)
        first = max(wanted + 1, self.first)
        if first - 1 > wanted:
            yield json.dumps({"kind": "dropped", "count": first - 1 - wanted}).encode() + b"\n"
        for number in range(first, until + 1):
            yield self._render(number, self._ring[(number - 1) % self._capacity])

    def _render(self, number: int, entry: Entry) -> bytes:
        kind, mono_ns, *values = entry
        fields = dict(zip(FIELDS[kind], values, strict=True))
        record = {"n": number, "kind": kind, "wall": self._wall.at(mono_ns), "mono_ns": mono_ns, **fields}
        return json.dumps(record).encode() + b"\n"

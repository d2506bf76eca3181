"""A load run while it goes on: counts and reply latencies, second by second, in little room. For the eye.

Pure: no clock, no file. Several of them, as the workers of a distributed run would make them, merge without loss. The
figures that count are made from the journal; at the end of a run these are the same, as far as they go.

A second is one of the calendar, in which a message was sent: its outcome and its reply are counted there, whenever they
come. The latest seconds are kept one by one, and what is older in steps that grow with the run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.gauges import STALL_MS, frozen
from harness.histogram import Latency
from harness.measurement import Measurements
from harness.pairing import ARRIVAL_CLASSES
from harness.seconds import SECOND, Seconds
from harness.sparse import SparseHistogram
from harness.throttling import Fairness, Throttling
from harness.verdict import Validity, judge_validity
from harness.violations import Violations

# So many seconds at least stay as they are, and so many steps at most hold what came before.
RECENT = 300
OLDER = 300

EXCHANGES = ("planned", "sent", "accepted", "limited", "refused", "failed")
# Of a second: what became of its messages, and of the sessions that were asked for in it.
COUNTS = (
    *EXCHANGES[1:],
    "answered",
    "late",
    "ambiguous",
    "sessions",
    "sessions_limited",
)


@dataclass(slots=True)
class Cell:
    """One second, or a step of several. `revision` is that of its latest change, `row` what was told of it since."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    replies: SparseHistogram = field(default_factory=lambda: SparseHistogram(digits=2))
    revision: int = 0
    row: dict[str, Any] | None = None

    @property
    def open(self) -> int:
        """Messages that were accepted and have no reply so far."""
        counts = self.counts
        return counts["accepted"] - counts["answered"] - counts["late"] - counts["ambiguous"]

    def merge(self, other: "Cell") -> None:
        for name, count in other.counts.items():
            self.counts[name] += count
        self.replies.merge(other.replies)


class Live:
    """All of a run so far. Whoever feeds it counts in `messages`, `sessions`, `arrivals` and in the cells."""

    def __init__(self, reply_timeout_s: float) -> None:
        self.reply_timeout_s = reply_timeout_s
        self.messages = dict.fromkeys(EXCHANGES, 0)
        self.sessions = dict.fromkeys(EXCHANGES, 0)
        self.arrivals: dict[str, int] = dict.fromkeys(ARRIVAL_CLASSES, 0)
        self.reply = SparseHistogram()
        self.lateness = SparseHistogram()
        self.revision = 1
        # What a reader knew before this revision is of no use any more: old seconds have become steps.
        self.reset_at = 1
        self._gauges: dict[str, SparseHistogram] = {}
        self._stalled_ms = 0.0
        self._frozen_s: dict[str, float] = {}
        self._began: int | None = None
        self._last: int | None = None
        self._recent: dict[int, Cell] = {}
        self._older: dict[int, Cell] = {}
        self._step = 1

    def cell(self, wall_ns: int) -> Cell:
        """The cell of a moment (nanoseconds since the epoch), to be counted in: it takes the latest revision."""
        if self._began is None or wall_ns < self._began:
            self._began = wall_ns
        if self._last is None or wall_ns > self._last:
            self._last = wall_ns
        found = self._at(wall_ns // SECOND)
        self.revision += 1
        found.revision, found.row = self.revision, None
        return found

    def gauge(self, name: str, value: float) -> None:
        """`name` is "source.name", as in measurement: cpu_percent, lag_ms ..."""
        self._gauges.setdefault(name, SparseHistogram()).record(round(value * 1e6))
        if name == "sink.lag_ms" and value > STALL_MS:
            self._stalled_ms += value
        source, _, what = name.partition(".")
        if frozen(source, what, value):
            self._frozen_s[source] = self._frozen_s.get(source, 0.0) + value / 1000

    def gauges(self) -> dict[str, Latency | None]:
        """How well the harness kept up, each in its own unit."""
        return {name: histogram.summary() for name, histogram in sorted(self._gauges.items())}

    def merge(self, other: "Live") -> None:
        """As if all that the other saw had been seen here."""
        for mine, theirs in (
            (self.messages, other.messages),
            (self.sessions, other.sessions),
            (self.arrivals, other.arrivals),
        ):
            for name, count in theirs.items():
                mine[name] += count
        self.reply.merge(other.reply)
        self.lateness.merge(other.lateness)
        for name, histogram in other._gauges.items():
            self._gauges.setdefault(name, SparseHistogram()).merge(histogram)
        self._stalled_ms += other._stalled_ms
        for source, seconds in other._frozen_s.items():
            self._frozen_s[source] = self._frozen_s.get(source, 0.0) + seconds
        self._began = min((at for at in (self._began, other._began) if at is not None), default=None)
        self._last = max((at for at in (self._last, other._last) if at is not None), default=None)
        if other._older or other._step > self._step:
            self._rearrange(other)
            return
        self.revision += 1
        for second, cell in other._recent.items():
            here = self._at(second)
            here.merge(cell)
            here.revision, here.row = self.revision, None

    def replies(self, now_ns: int) -> dict[str, int]:
        """What became of the accepted messages as of `now_ns` (nanoseconds since the epoch).

        "lost" are those without a reply whose timeout is over, to the second; a reply may still come, and make them
        late. "waiting" are the others.
        """
        counts = dict.fromkeys(("answered", "late", "ambiguous", "waiting", "lost"), 0)
        for start, width, cell in self._cells():
            for name in ("answered", "late", "ambiguous"):
                counts[name] += cell.counts[name]
            counts["lost" if self._over(start + width, now_ns) else "waiting"] += cell.open
        return counts

    def validity(self, now_ns: int) -> Validity:
        """Whether the figures so far can be trusted, by the rules of the verdict."""
        replies = self.replies(now_ns)
        messages, sessions = (
            {**counts, "missed": counts["planned"] - counts["sent"]} for counts in (self.messages, self.sessions)
        )
        return judge_validity(
            Measurements(
                messages=messages,
                sessions=sessions,
                replies={**self.arrivals, **replies},
                arrivals=sum(self.arrivals.values()),
                latencies={"lateness": self.lateness.summary()},
                curves={},
                ambiguous=None,
                series=(),
                seconds=Seconds(0),
                contract=Violations(0, 0, ()),
                throttling=Throttling({}, {}, 0, 0, 0, 0, 0, Fairness(0, 0, None, None, None)),
                while_limited=None,
                otherwise=None,
                prediction=None,
                failures={},
                exhausted={},
                deaths=(),
                clocks=(),
                gauges=self.gauges(),
                stalled_s=self._stalled_ms / 1000,
                frozen_s=self._frozen_s,
                duration_s=max(now_ns - self._began, 0) / SECOND if self._began else 0.0,
            )
        )

    def snapshot(self, now_ns: int, since: int = 0) -> dict[str, Any]:
        """The run as plain data for a page. `rows` are the cells that changed after revision `since`, or all of them
        and `reset`, where a reader that knew that revision has to begin anew. Times of rows in seconds, of latencies
        in ms."""
        reset = since < self.reset_at
        reply, lateness, validity = self.reply.summary(), self.lateness.summary(), self.validity(now_ns)
        return {
            "revision": self.revision,
            "reset": reset,
            "now": now_ns / SECOND,
            "began": self._began and self._began / SECOND,
            "last": self._last and self._last / SECOND,
            "reply_timeout_s": self.reply_timeout_s,
            "messages": {**self.messages, "missed": self.messages["planned"] - self.messages["sent"]},
            "sessions": {**self.sessions, "missed": self.sessions["planned"] - self.sessions["sent"]},
            "replies": self.replies(now_ns),
            "arrivals": self.arrivals,
            "reply": _brief(reply),
            "validity": {
                "verdict": validity.verdict,
                "reasons": list(validity.reasons),
                "lateness": _brief(lateness),
                "gauges": {name: _brief(gauge) for name, gauge in self.gauges().items()},
            },
            "rows": [
                _row(start, width, cell) for start, width, cell in self._cells() if reset or cell.revision > since
            ],
        }

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` makes the same of it."""
        return {
            "reply_timeout_s": self.reply_timeout_s,
            "messages": self.messages,
            "sessions": self.sessions,
            "arrivals": self.arrivals,
            "reply": self.reply.to_json(),
            "lateness": self.lateness.to_json(),
            "gauges": {name: gauge.to_json() for name, gauge in self._gauges.items()},
            "stalled_ms": self._stalled_ms,
            "frozen_s": self._frozen_s,
            "began": self._began,
            "last": self._last,
            "step": self._step,
            "recent": _cells_to_json(self._recent),
            "older": _cells_to_json(self._older),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Live":
        made = cls(data["reply_timeout_s"])
        made.messages, made.sessions, made.arrivals = (
            dict(data[name]) for name in ("messages", "sessions", "arrivals")
        )
        made.reply, made.lateness = (SparseHistogram.from_json(data[name]) for name in ("reply", "lateness"))
        made._gauges = {name: SparseHistogram.from_json(gauge) for name, gauge in data["gauges"].items()}
        made._stalled_ms, made._began, made._last = data["stalled_ms"], data["began"], data["last"]
        made._step, made._frozen_s = data["step"], dict(data["frozen_s"])
        made._recent, made._older = _cells_from_json(data["recent"]), _cells_from_json(data["older"])
        return made

    def _rearrange(self, other: "Live") -> None:
        """Merges cells of different steps: a reader has to begin anew."""
        self._step = max(self._step, other._step)
        self._older = _in_steps((*self._older.items(), *other._older.items()), self._step)
        self._recent = _in_steps((*self._recent.items(), *other._recent.items()), 1)
        self.revision = self.reset_at = max(self.revision, other.revision) + 1
        self._fold()

    def _at(self, second: int) -> Cell:
        """The cell of a second, or of the step that it lies in."""
        return self._recent.get(second) or self._older.get(second - second % self._step) or self._new(second)

    def _new(self, second: int) -> Cell:
        """Makes a cell, and room for it."""
        newest = max(self._recent, default=second)
        if self._older and second < newest - RECENT:
            return self._older.setdefault(second - second % self._step, Cell())
        made = self._recent[second] = Cell()
        if len(self._recent) > 2 * RECENT:
            self._fold()
        return made

    def _fold(self) -> None:
        """Moves all but the latest seconds into steps, and doubles those until they are few."""
        if len(self._recent) <= 2 * RECENT:
            return
        border = sorted(self._recent)[-RECENT]
        gone = [(second, self._recent.pop(second)) for second in list(self._recent) if second < border]
        self._older = _in_steps((*self._older.items(), *gone), self._step)
        while len(self._older) > OLDER:
            self._step *= 2
            self._older = _in_steps(self._older.items(), self._step)
        self.revision += 1
        self.reset_at = self.revision

    def _cells(self) -> Iterator[tuple[int, int, Cell]]:
        """(first second, number of seconds, cell), the oldest first. A step ends where the single seconds begin."""
        border = min(self._recent, default=None)
        for start, cell in sorted(self._older.items()):
            end = start + self._step
            yield start, (min(end, border) if border is not None and border > start else end) - start, cell
        for start, cell in sorted(self._recent.items()):
            yield start, 1, cell

    def _over(self, end_s: int, now_ns: int) -> bool:
        return now_ns >= (end_s + self.reply_timeout_s) * SECOND


def _in_steps(cells: Any, step: int) -> dict[int, Cell]:
    """The cells, those of one step merged into one."""
    made: dict[int, Cell] = {}
    for start, cell in cells:
        made.setdefault(start - start % step, Cell()).merge(cell)
    return made


def _row(start: int, width: int, cell: Cell) -> dict[str, Any]:
    if cell.row is not None:
        return {**cell.row, "width": width}
    names = ("p50", "p95", "p99")
    reply = dict(zip(names, cell.replies.percentiles(50, 95, 99), strict=True)) if cell.replies.count else None
    cell.row = {"at": start, "width": width, **cell.counts, "reply": reply}
    return cell.row


def _brief(latency: Latency | None) -> dict[str, float] | None:
    if latency is None:
        return None
    return {"count": latency.count, "p50": latency.p50, "p95": latency.p95, "p99": latency.p99, "max": latency.max}


def _cells_to_json(cells: Mapping[int, Cell]) -> list[list[Any]]:
    return [[start, cell.counts, cell.replies.to_json()] for start, cell in sorted(cells.items())]


def _cells_from_json(data: Any) -> dict[int, Cell]:
    return {start: Cell(dict(counts), SparseHistogram.from_json(replies)) for start, counts, replies in data}

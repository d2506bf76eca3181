"""The requests of a stretch of time as strokes: those that fell together make one, which says how many they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.charts.scale import SIZE, Scale

# Strokes closer than this are one; numbers stand at least so far apart. Places: SIZE is the whole width.
NEAR, APART = 4.0, 28.0
# More than this at once are told by a number.
FEW = 3


@dataclass(frozen=True, slots=True)
class Request:
    """One of the trace, `number` from zero; `at` is the middle of the group that was under way with it: seconds."""

    number: int
    at: float
    sent_s: float
    admitted: bool
    status: int | None
    purpose: str

    @property
    def place(self) -> str:
        return f"request {self.number + 1}, {self.sent_s:.3f} s after the first"

    @property
    def told(self) -> str:
        return f"{self.place}: {'let in' if self.admitted else f'refused (HTTP {self.status})'}; {self.purpose}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """From `left` to `right`. `label` is empty where they are few, or where another number stands too close; it stands
    at `at` percent."""

    look: str
    left: float
    right: float
    count: int
    at: float
    label: str
    title: str


def requests_of(asked: Iterable[Mapping[str, Any]]) -> list[Request]:
    """In the order of the trace. Who is sent before all before him were answered was under way with them."""
    groups: list[list[Mapping[str, Any]]] = []
    until = float("-inf")
    for each in asked:
        if each["sent_s"] >= until:
            groups.append([])
            until = each["received_s"]
        groups[-1].append(each)
        until = max(until, each["received_s"])
    found: list[Request] = []
    for group in groups:
        at = (min(each["sent_s"] for each in group) + max(each["received_s"] for each in group)) / 2
        for each in group:
            admitted = each["verdict"] == "admitted"
            found.append(Request(len(found), at, each["sent_s"], admitted, each["status"], each["purpose"]))
    return found


def bundles(shown: Sequence[Request], across: Scale) -> tuple[Bundle, ...]:
    """Those let in first, each kind from left to right."""
    found = []
    for admitted, look in ((True, "admitted"), (False, "refused")):
        labelled = -SIZE
        for row in rows([each for each in shown if each.admitted is admitted], across):
            left, right = across.place(row[0].at), across.place(row[-1].at)
            middle = (left + right) / 2
            label = str(len(row)) if len(row) > FEW and middle - labelled >= APART else ""
            labelled = middle if label else labelled
            found.append(Bundle(look, left, right, len(row), round(middle / SIZE * 100, 2), label, _title(row)))
    return tuple(found)


def rows(requests: Sequence[Request], across: Scale) -> list[list[Request]]:
    """Requests that cannot be told apart in the picture, together."""
    found: list[list[Request]] = []
    for each in requests:
        if found and across.place(each.at) - across.place(found[-1][-1].at) <= NEAR:
            found[-1].append(each)
        else:
            found.append([each])
    return found


def _title(row: Sequence[Request]) -> str:
    first, last = row[0], row[-1]
    if first is last:
        return first.told
    when = f"{first.sent_s:.3f} to {last.sent_s:.3f} s after the first"
    told = "let in" if first.admitted else "refused"
    return f"{len(row)} requests {told} (of {first.number + 1} to {last.number + 1}), {when}; {first.purpose}"

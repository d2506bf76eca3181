"""What a check brought along to show, as labelled texts in the order in which a reader wants them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.report.legible import cut

_LABELS = {
    "curl": "Request",
    "request": "Request",
    "response": "Response",
    "expected": "Expected",
}
# Shown elsewhere: the clause beside the requirement's id, the rest as marks.
_APART = ("clause", "check", "outcome", "reproduced", "seed")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence. `reproduced` is None where it was not tried again; `texts` are (label, text)."""

    check: str
    outcome: str
    reproduced: bool | None
    seed: str | None
    texts: tuple[tuple[str, str], ...]

    @property
    def marks(self) -> list[str]:
        replay = {True: "failed again when replayed", False: "FLAKY: did not fail again when replayed"}
        told = [] if self.reproduced is None else [replay[self.reproduced]]
        return told + ([f"seed {self.seed}"] if self.seed is not None else [])


def exhibits(row: Mapping[str, Any], most: int) -> list[Exhibit]:
    """The evidence of one requirement, of failures first, each text cut to `most` characters."""
    failures_first = sorted(row["evidence"], key=lambda item: item["outcome"] != "fail")
    return [_exhibit(item, most) for item in failures_first]


def first_text(row: Mapping[str, Any], key: str) -> str | None:
    """One text, such as "curl" or "response", of where the target first failed; None where nothing was kept of it."""
    return next((as_text(item[key]) for item in row["evidence"] if key in item), None)


def _exhibit(item: Mapping[str, Any], most: int) -> Exhibit:
    known = [(label, item[key]) for key, label in _LABELS.items() if key in item]
    other = [(_name(key), value) for key, value in item.items() if key not in _LABELS and key not in _APART]
    reproduced = item.get("reproduced")
    seed = item.get("seed")
    return Exhibit(
        check=item["check"],
        outcome=item["outcome"],
        reproduced=reproduced if isinstance(reproduced, bool) else None,
        seed=None if seed is None else str(seed),
        texts=tuple((label, cut(as_text(value), most)) for label, value in known + other),
    )


def as_text(value: Any) -> str:
    """Plain data as a person reads it: a text as it is, lists of texts as lines, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict | list) else None)


def _name(key: str) -> str:
    return key.replace("_", " ").capitalize()

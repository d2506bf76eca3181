"""What a sender can hold without being refused, in words."""

from collections.abc import Mapping
from typing import Any

Limits = Mapping[str, Any]

# An answer that is less sure is no promise to a sender.
LIKELY = 0.75
# Whose quotas one sender has several of.
_EACH = {"session": "in each session", "operation": "of each operation"}


def sentence(limits: Limits) -> str:
    """With its full stop; empty where no rate is known."""
    known = rate(limits)
    if known is None:
        return ""
    second = (limits.get("behind") or {}).get("found")
    sure = min(each.get("confidence", 1.0) for each in (limits, second or limits))
    a_sender = "A polite sender can" if sure >= LIKELY else "Perhaps a polite sender can"
    return f"{' '.join([a_sender, 'hold', f'{known:.4g} requests a second', *_each(limits)])}."


def rate(limits: Limits) -> float | None:
    """Requests a second. A result of old holds only what is likeliest."""
    return limits.get("polite_per_s") or limits.get("sustainable_per_s")


def note(limits: Limits) -> str:
    """Beneath the rate."""
    return ", ".join(["by a sender who is never refused", *_each(limits)])


def _each(limits: Limits) -> list[str]:
    return [words for name, words in _EACH.items() if name in (limits.get("scope") or "").split("+")]

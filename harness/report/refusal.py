"""What a refused request is told, in words: who waits for another status does not notice."""

from collections.abc import Mapping
from typing import Any

from harness.dialects import TOO_MANY
from harness.report.families import either

Limits = Mapping[str, Any]


def refusal(limits: Limits) -> str:
    """Without a full stop; empty where nothing was refused."""
    statuses = sorted((limits.get("refusal") or {}).get("statuses") or {})
    others = [status for status in statuses if status != str(TOO_MANY)]
    if not statuses:
        return ""
    told = _joined(statuses)
    return told if not others else f"{told}; a client that waits on {TOO_MANY} will not wait {_where(statuses, others)}"


def _where(statuses: list[str], others: list[str]) -> str:
    return "here" if others == statuses else f"on {_joined(others)}"


def _joined(statuses: list[str]) -> str:
    return f"HTTP {either(statuses, 'and')}"

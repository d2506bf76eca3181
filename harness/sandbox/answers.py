"""Answers as faults and variants make them: an ordinary one with a change, or one of the server's own failures."""

from dataclasses import replace
from typing import Any

from harness.sandbox.exchange import Answer, Refusal


def told(answer: Answer, **fields: Any) -> Answer:
    """The answer with these fields in its body, beside the others. A body that is no JSON is left alone."""
    return answer if isinstance(answer.body, bytes) else replace(answer, body={**answer.body, **fields})


def untold(answer: Answer, *names: str) -> Answer:
    """The answer without these fields in its body."""
    if isinstance(answer.body, bytes):
        return answer
    return replace(answer, body={name: value for name, value in answer.body.items() if name not in names})


def turned(answer: Answer, status: int, code: str | None = None) -> Answer:
    """The answer under another status, which its body tells as well, and perhaps another code."""
    changed = told(replace(answer, status=status), status=status)
    return changed if code is None else told(changed, errorCode=code)


def failure(status: int = 500) -> Answer:
    """A failure of the server's own, in the usual form."""
    return Refusal(status, "internal_error", "An error occurred on the server.").answer()


def refused(message: str) -> Answer:
    """A 400 in the usual form."""
    return Refusal(400, "bad_request", message).answer()

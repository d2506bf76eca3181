"""What one answer of the target means: exactly one of Acked, Refused, Limited, Failed. Pure.

A transport error is told in few, stable words: failures are counted by their reason.
"""

from typing import Any

from harness.contract import Contract, parse
from harness.events import Acked, Failed, Limited, Refused

Outcome = Acked | Refused | Limited | Failed

CUT_OFF = "cut off by the end of the run"
BROKE_CONTRACT = "broke the contract"


def outcome_of(
    contract: Contract, at: int, request: str, operation: str, status: int, body: bytes, retry_after_s: float | None
) -> Outcome:
    """Judges an HTTP answer to `operation`. `at` is when it was complete (monotonic nanoseconds)."""
    if status == 429:
        return Limited(at, request, retry_after_s)
    if 400 <= status < 500:
        return Refused(at, request, status, _error_code(body))
    if not 200 <= status < 300:
        return Failed(at, request, f"HTTP {status}", status)
    problems = contract.response_problems(operation, status, body)
    if problems:
        return Failed(at, request, f"{BROKE_CONTRACT}: {problems[0]}", status)
    answer = parse(body)[0]
    return Acked(at, request, status, answer.get("sessionId"), answer.get("userId"))


def _error_code(body: bytes) -> str | None:
    answer: Any = parse(body)[0]
    code = answer.get("errorCode") if isinstance(answer, dict) else None
    return code[:100] if isinstance(code, str) else None

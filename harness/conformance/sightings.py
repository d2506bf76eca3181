"""What was seen of a point that the document leaves open, in a few words."""

from collections.abc import Mapping

from harness.client.exchange import Answer


def told(answer: Answer) -> str:
    """An answer: its status, and its error code where it has one."""
    code = answer.member("errorCode")
    return f"HTTP {answer.status}" + (f" {code}" if isinstance(code, str) else "")


def listed(seen: Mapping[str, str]) -> str:
    """Cases and what was seen of each, those of which the same was seen together."""
    by_sight = {sight: [case for case in seen if seen[case] == sight] for sight in dict.fromkeys(seen.values())}
    return "; ".join(f"{sight}: {', '.join(cases)}" for sight, cases in by_sight.items())

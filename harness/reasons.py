"""Why something failed, by reason: those that were most often, and how many there were for all others."""

from collections import Counter

REST = "other reasons"


def most_common(reasons: Counter[str], most: int) -> dict[str, int]:
    """At most so many by name. Nothing is left out of their sum."""
    named = dict(Counter({why: count for why, count in reasons.items() if why != REST}).most_common(most))
    rest = reasons.total() - sum(named.values())
    return named | ({REST: rest} if rest else {})

"""What the target's limiter was to a load run's customers, in words: the same in every format."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.numerals import count, plural, share, time_of

Load = Mapping[str, Any]

TABLE = ("Messages sent", "Seconds", "Accepted", "Answered in time", "Lost", "Reply p50", "p99")
_SPELLS = {"while_limited": "in seconds in which a request was limited", "otherwise": "in other seconds"}


def lines(load: Load) -> list[str]:
    """Sentences, each with its full stop; none where nothing was limited, or of a run of old."""
    limiting = load.get("limiting")
    return list(_lines(limiting)) if limiting else []


def brief(load: Load) -> str | None:
    """The same in one line, without its full stop."""
    limiting = load.get("limiting")
    if not limiting:
        return None
    return f"{_limited(limiting)}; {_recovery(limiting)}; {_starved(limiting['fairness'])}"


def how_much(load: Load) -> str | None:
    """Of how many requests, without a full stop."""
    limiting = load.get("limiting")
    return _limited(limiting) if limiting else None


def rows(load: Load) -> list[tuple[str, ...]]:
    """Those of TABLE: what became of messages while the target limited, and what of the others."""
    limiting = load.get("limiting") or {}
    return [_row(label, limiting[key]) for key, label in _SPELLS.items() if limiting]


def _lines(limiting: Load) -> Iterator[str]:
    by_operation = (
        f"{count(each['limited'])} of {count(each['asked'])} {operation}"
        for operation, each in limiting["requests"].items()
    )
    yield f"{_limited(limiting)}: {', '.join(by_operation)}."
    if untold := limiting["without_retry_after"]:
        yield f"{count(untold)} of the 429s did not say when to come back."
    if (again := limiting["sent_again"])["requests"]:
        sent = plural(again["requests"], "request was", "requests were")
        yield f"{sent} sent again after the wait, and {count(again['limited'])} of them limited again."
    yield f"{_capital(_recovery(limiting))}."
    fairness = limiting["fairness"]
    yield f"{_capital(_starved(fairness))}{_least(fairness)}."
    if fairness["index"] is not None:
        chance = f"a limiter that does not look at who asks comes to about {fairness['blind']:.3g}"
        yield f"Jain's index of these shares is {fairness['index']:.3g}: 1 is the same for all, and {chance}."


def _limited(limiting: Load) -> str:
    asked, limited = (sum(each[name] for each in limiting["requests"].values()) for name in ("asked", "limited"))
    return f"{count(limited)} of {plural(asked, 'request')} limited ({share(limited, asked)})"


def _recovery(limiting: Load) -> str:
    recovery, never = limiting["recovery_ms"], limiting["unrecovered"]
    told = f"a customer was limited {plural(limiting['episodes'], 'time')}"
    if recovery["count"]:
        told += f", and let in again within {time_of(recovery['p50'])} (p50), {time_of(recovery['p99'])} (p99)"
    return f"{told}, {count(never)} times not before he left or the run ended" if never else told


def _starved(fairness: Load) -> str:
    who = f"of {plural(fairness['customers'], 'customer')}"
    starved = fairness["starved"]
    return f"{who} {count(starved) if starved else 'none'} {'were' if starved > 1 else 'was'} starved"


def _least(fairness: Load) -> str:
    least = fairness["least"]
    return "" if least is None else f"; the least that one was let in with is {share(least, 1)} of what he asked"


def _row(label: str, spell: Load) -> tuple[str, ...]:
    reply = spell["reply_ms"]
    return (
        label,
        count(spell["seconds"]),
        count(spell["accepted"]),
        share(spell["answered"], spell["accepted"]),
        share(spell["lost"], spell["accepted"]),
        time_of(reply.get("p50")),
        time_of(reply.get("p99")),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Numbers as people read them. A missing one is a dash, never a zero."""

import re
from datetime import datetime

NONE = "—"
_UNIT = re.compile(r"(?<=\d) (?=(%|ms|s|min|h)(?!\w))")


def count(number: float | None) -> str:
    """1234567 → "1,234,567"."""
    if number is None:
        return NONE
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """(2, "requirement") → "2 requirements"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: float, whole: float) -> str:
    """Percent of a whole; of nothing, a dash. What is not all never reads as 100 %, nor what is not nothing as 0 %."""
    if not whole:
        return NONE
    percent = 100 * part / whole
    if 0 < percent < 0.01:
        return "<0.01 %"
    if 99.99 < percent < 100:
        return ">99.99 %"
    return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"


def milliseconds(value: float | None) -> str:
    """A figure for a column: always ms, always one decimal."""
    return NONE if value is None else f"{value:,.1f}"


def time_of(value: float | None) -> str:
    """Milliseconds in the unit that suits them: "0.42 ms", "251 ms", "1.07 s", "2 min 5 s"."""
    if value is None:
        return NONE
    if value < 10:
        return f"{value:.2f} ms" if value else "0 ms"
    if value < 1000:
        return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"
    return f"{value / 1000:.2f} s" if value < 60_000 else span(value / 1000)


def span(seconds: float) -> str:
    """Seconds: "0.8 s", "42 s", "2 min 5 s", "1 h 0 min"."""
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def between(started: str, finished: str) -> float:
    """Seconds between two ISO times."""
    return (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()


def moment(iso: str) -> str:
    """An ISO time in UTC → "22 November 2026, 18:27:57 UTC"."""
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%B %Y, %H:%M:%S} UTC"


def tied(text: str) -> str:
    """Numbers and their units held together where lines break."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)

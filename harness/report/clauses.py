"""The requirements of a result, as every format shows them: what each came to in a word, and how many came to what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.numerals import plural

Row = Mapping[str, Any]

LEVELS = ("MUST", "SHOULD", "OBSERVE")
AREAS = {
    "AUTH": "Authentication",
    "SES": "Sessions",
    "MSG": "Messages",
    "HOOK": "Webhook registration",
    "RPL": "Replies",
    "ERR": "Errors",
    "RATE": "Rate limits",
    "SEC": "Security",
    "HTTP": "HTTP",
    "OBS": "Behaviour",
}


@dataclass(frozen=True, slots=True)
class Status:
    """What a requirement came to, in words, and the tone it is shown in: good, bad, warn or quiet."""

    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How the requirements of one level came out; the five add up to `total`."""

    level: str
    total: int
    held: int
    broken: int
    could_not_run: int
    not_exercised: int
    observed: int


def status_of(row: Row) -> Status:
    if known := _of_a_known(row):
        return known
    match row["verdict"], row["red"]:
        case "fail", red:
            word = "FLAKY" if is_flaky(row) else "broken"
            return Status(word, "bad") if red else Status(f"{word}, not counted", "warn")
        case "could_not_run", red:
            return Status("could not run", "bad" if red else "warn")
        case "not_exercised", red:
            return Status("never exercised", "bad") if red else Status("not exercised", "quiet")
        case "observed", _:
            return Status("seen", "quiet")
        case _:
            return Status("holds", "good")


def untried(rows: Iterable[Row]) -> dict[str, list[str]]:
    """What counts and could not be tried, without being held against the target: the ids, by the reason."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["level"] != "OBSERVE" and row["verdict"] == "not_exercised" and not row["red"]:
            found.setdefault(row["reason"] or "nothing that was sent or came decided it", []).append(row["id"])
    return found


def is_flaky(row: Row) -> bool:
    """A failure of which no replay failed again."""
    replayed = [item["reproduced"] for item in row["evidence"] if item["outcome"] == "fail" and "reproduced" in item]
    return bool(replayed) and not any(replayed)


def reds(rows: Iterable[Row]) -> list[Row]:
    """What decides against the run, the broken before what could not be decided, what is only out of date last."""
    order = ("fail", "could_not_run", "not_exercised", "pass")
    return sorted((row for row in rows if row["red"]), key=lambda row: order.index(row["verdict"]))


def borne(rows: Iterable[Row]) -> list[Row]:
    """The failures that are known of and excused for now."""
    return [row for row in rows if state_of(row) == "known"]


def listed(rows: Iterable[Row]) -> list[Row]:
    """What is listed as known to fail and does not decide the run: failures that are borne, and what was not tried."""
    return [row for row in rows if state_of(row) in ("known", "undecided") and not row["red"]]


def state_of(row: Row) -> str | None:
    """What the entry of a known failure comes to: known, expired, gone or undecided. None where there is no entry."""
    return row["known"]["state"] if "known" in row else None


def why(row: Row) -> str | None:
    """Why a requirement came to what it came to; of a known failure also what its entry says."""
    told = row["known"]["told"] if "known" in row else None
    if state_of(row) == "gone":
        return str(told)
    return "; ".join(filter(None, (row["reason"], told))) or None


def stands_on(row: Row) -> str:
    """How much the verdict rests on."""
    if not row["exercised"]:
        return "no request or reply was made for it"
    return f"stands on {plural(row['exercised'], 'request or reply', 'requests or replies')}"


def tallies(rows: Sequence[Row]) -> list[Tally]:
    """One for each level that has requirements."""
    return [_tally(level, rows) for level in LEVELS if any(row["level"] == level for row in rows)]


def area_of(row: Row) -> str:
    prefix = str(row["id"]).partition("-")[0]
    return AREAS.get(prefix, prefix)


def why_excused(row: Row) -> str | None:
    """Why a MUST that was never tried does not count against the run."""
    if row["level"] == "MUST" and row["verdict"] == "not_exercised" and not row["red"]:
        return f"{row['stands_in']} stands in for it"
    return None


def _tally(level: str, rows: Iterable[Row]) -> Tally:
    said = [row["verdict"] for row in rows if row["level"] == level]
    outcomes = ("pass", "fail", "could_not_run", "not_exercised", "observed")
    return Tally(level, len(said), *(said.count(outcome) for outcome in outcomes))


def _of_a_known(row: Row) -> Status | None:
    match state_of(row):
        case "known":
            return Status("FLAKY, known" if is_flaky(row) else "known failure", "warn")
        case "expired":
            return Status("FLAKY, expired" if is_flaky(row) else "known, expired", "bad")
        case "gone":
            return Status("passes now", "bad")
        case _:
            return None

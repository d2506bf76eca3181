"""The file of known failures: what it may say, and how it complains."""

from datetime import date

import pytest

from harness.errors import UsageError
from harness.known_failures import KnownFailure, KnownFailures, from_journal, load
from harness.requirements import Requirement

TABLE = tuple(
    Requirement(name, level, "the clause", "#/info", ("a",))  # type: ignore[arg-type]
    for name, level in (("R-1", "MUST"), ("R-2", "SHOULD"), ("R-3", "OBSERVE"))
)
ENTRY = "- requirement: R-1\n  reason: ticket 4711\n  owner: team-chat\n  expires: 2026-12-31\n"


def entry(**changes):
    """The entry above as YAML, with fields changed, added, or left out by None."""
    row = {"requirement": "R-1", "reason": "ticket", "owner": "team", "expires": "2026-12-31"} | changes
    lines = [f"{name}: {value}" for name, value in row.items() if value is not None]
    return "- " + "\n  ".join(lines) + "\n"


def test_an_entry_says_what_is_broken_why_who_mends_it_and_until_when():
    known = load(ENTRY, TABLE)

    assert known.entries == (KnownFailure("R-1", "ticket 4711", "team-chat", date(2026, 12, 31)),)
    assert known.of("R-1") == known.entries[0]
    assert known.of("R-2") is None


@pytest.mark.parametrize("text", ["", "# nothing is known\n", "[]"])
def test_an_empty_file_knows_nothing(text):
    assert load(text, TABLE).entries == ()


def test_quotes_around_a_day_and_a_reason_that_is_a_number_are_as_good():
    (read,) = load(entry(expires='"2026-12-31"', reason="4711"), TABLE).entries

    assert (read.expires, read.reason) == (date(2026, 12, 31), "4711")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (entry(requirement="R-9"), r"entry 1 \(R-9\): there is no requirement 'R-9'"),
        (entry(requirement="R-3"), r"entry 1 \(R-3\): an OBSERVE never fails"),
        (entry(requirement=None), "entry 1: requirement is missing"),
        (entry(reason=None), r"entry 1 \(R-1\): reason is missing"),
        (entry(owner='""'), "owner is missing"),
        (entry(owner='" "'), "owner is a text"),
        (entry(reason="[a, b]"), "reason is a text"),
        (entry(expires=None), "expires is missing"),
        (entry(expires="2026-13-45"), "not '2026-13-45'"),
        (entry(expires="31.12.2026"), "expires is a day such as 2026-12-31"),
        (entry(expires="20261231"), "expires is a day"),
        (entry(expires="2026-12-31T10:00:00Z"), "expires is a day"),
        (entry(expires="never"), "not 'never'"),
        (entry(ticket="4711"), r"entry 1 \(R-1\): there is no field 'ticket'"),
        (ENTRY + entry(), r"entry 2 \(R-1\): R-1 is listed already"),
        ("- R-1\n", "entry 1: takes a mapping with requirement, reason, owner, expires"),
        ("R-1: ticket\n", "takes a list"),
        ("just words", "takes a list"),
        ("- [", "no YAML"),
        ("- !!python/name:os.system\n", "takes a mapping"),
    ],
)
def test_what_cannot_be_is_told_with_its_file_and_entry(text, told):
    with pytest.raises(UsageError, match=told) as caught:
        load(text, TABLE, file="ci/known.yaml")

    assert str(caught.value).startswith("ci/known.yaml: ")


def test_what_goes_into_a_journal_comes_out_of_it_the_same():
    known = load(ENTRY + entry(requirement="R-2"), TABLE, file="ci/known.yaml")

    assert from_journal(known.described()) == known
    assert from_journal(None) == KnownFailures()

"""A slice of the matrix, for every run of the tests; `tox -e mutants` tries all of it."""

import pytest

from harness.conformance.table import list_requirements
from harness.sandbox import faults
from tests.mutants.kept import Kept
from tests.mutants.rules import Outcome, objections
from tests.mutants.target import sandbox
from tests.mutants.trial import Trial, trial

# One of each area: a single request, an input, a state, a webhook, many at once, a limit, security.
SLICE = (
    "created-201",
    "apostrophe-500",
    "session-takes-ten",
    "webhook-query-dropped",
    "concurrent-sessions-shared",
    "limited-without-retry-after",
    "foreign-session-taken",
)
# A sandbox answers well within that: seconds.
QUICK = ("--budget", "quick", "--reply-timeout", "3")
GREEN = Trial(0, "pass", {}, {}, (), 1.0, "")
RED = Trial(1, "fail", {"MSG-1": ("the_documented_message_is_accepted",)}, {}, (), 1.0, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", SLICE)
def test_a_mutant_is_killed_by_a_check_of_the_requirement_that_it_breaks(name):
    breaks = faults.catalogue()[name].breaks
    with sandbox("--fault", name) as target:
        outcome = Outcome(name, breaks, trial(target, *QUICK, "--only", breaks), None)

    assert outcome.right, outcome.trial.output


def test_every_must_and_should_has_a_mutant_and_every_mutant_breaks_one():
    ids = {requirement.id for requirement in list_requirements() if requirement.level != "OBSERVE"}

    assert {fault.breaks for fault in faults.catalogue().values()} == ids


def test_the_table_of_requirements_names_the_mutants_of_each():
    by_requirement = {}
    for name, fault in sorted(faults.catalogue().items()):
        by_requirement.setdefault(fault.breaks, []).append(name)

    assert {r.id: list(r.mutants) for r in list_requirements() if r.mutants} == by_requirement


def test_a_mutant_that_is_killed_for_another_reason_is_objected_to():
    assert objections([Outcome("m", "MSG-1", RED, None)], [], []) == []
    assert len(objections([Outcome("m", "MSG-3", RED, None)], [], [])) == 1
    assert len(objections([Outcome("m", "MSG-1", GREEN, None)], [], [])) == 1


def test_a_variant_that_is_failed_is_objected_to():
    assert objections([], [Outcome("v", None, GREEN, None)], []) == []
    assert len(objections([], [Outcome("v", None, RED, None)], [])) == 1


def test_a_check_that_kills_nothing_and_a_requirement_without_a_mutant_are_objected_to():
    one = next(requirement for requirement in list_requirements() if requirement.id == "MSG-1")
    idle = next(requirement for requirement in list_requirements() if requirement.id == "MSG-3")

    assert objections([Outcome("m", "MSG-1", RED, None)], [], [one]) == []
    assert len(objections([Outcome("m", "MSG-1", RED, None)], [], [one, idle])) == 1 + len(idle.checks)


def test_what_was_judged_before_is_not_judged_again(tmp_path):
    outcome = Outcome("m", "MSG-1", RED, False)
    assert Kept(tmp_path / "kept.ndjson").or_else("m", lambda: outcome) == outcome

    again = Kept(tmp_path / "kept.ndjson").or_else("m", lambda: pytest.fail("it was kept"))

    assert again == outcome

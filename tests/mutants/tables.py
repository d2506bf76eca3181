"""The matrix as Markdown. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from harness.requirements import Requirement
from tests.mutants.rules import Outcome


def matrix(mutants: Sequence[Outcome], requirements: Iterable[Requirement]) -> Iterator[str]:
    """Requirement, check, mutants: which check of which requirement killed what."""
    yield "| requirement | check | kills |"
    yield "|---|---|---|"
    for requirement in requirements:
        if requirement.level == "OBSERVE":
            continue
        for check in requirement.checks:
            killed = [each.name for each in mutants if check in each.trial.failed.get(requirement.id, ())]
            yield f"| {requirement.id} | {check} | {', '.join(killed) or '**nothing**'} |"
    yield ""
    yield "| mutant | breaks | found | stock schemathesis |"
    yield "|---|---|---|---|"
    for each in mutants:
        stock = {None: "", True: "failed it", False: "passed it"}[each.stock]
        yield f"| {each.name} | {each.breaks} | {', '.join(each.trial.failed) or '**nothing**'} | {stock} |"
    tried = [each for each in mutants if each.stock is not None]
    yield ""
    yield f"Killed by a check of its own requirement: {sum(each.right for each in mutants)} of {len(mutants)}."
    if tried:
        yield f"Failed by stock schemathesis: {sum(bool(each.stock) for each in tried)} of {len(tried)}."


def timings(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How long the runs took, several at a time."""
    took = sorted(each.trial.took_s for each in outcomes)
    if took:
        yield f"{len(took)} runs of the gate: median {took[len(took) // 2]:.0f} s, longest {took[-1]:.0f} s."

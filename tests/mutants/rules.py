"""What must hold of the matrix. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.requirements import Requirement
from tests.mutants.trial import Trial


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target on trial. `breaks` is None for one that conforms; `stock` is whether stock schemathesis failed it,
    None where that was not tried."""

    name: str
    breaks: str | None
    trial: Trial
    stock: bool | None

    @property
    def right(self) -> bool:
        if self.breaks is None:
            return self.trial.exit_code == 0
        return self.trial.exit_code == 1 and self.breaks in self.trial.failed

    @property
    def line(self) -> str:
        found = ", ".join(self.trial.failed) or "nothing"
        found += f"; also red: {', '.join(self.trial.other_red)}" if self.trial.other_red else ""
        verdict = "ok " if self.right else "BAD"
        broken = f"breaks {self.breaks}" if self.breaks else "conforms"
        return f"{verdict} {self.name} {broken}: found {found} ({self.trial.took_s:.0f} s, exit {self.trial.exit_code})"


def objections(
    mutants: Sequence[Outcome], variants: Iterable[Outcome], requirements: Iterable[Requirement]
) -> list[str]:
    """What is wrong, a line each. Without `requirements`, of a part of the catalogue, completeness is not asked for."""
    found = [each.line for each in (*mutants, *variants) if not each.right]
    broken = {each.breaks for each in mutants}
    killers = {(name, check) for each in mutants for name, checks in each.trial.failed.items() for check in checks}
    for requirement in requirements:
        if requirement.level == "OBSERVE":
            continue
        if requirement.id not in broken:
            found.append(f"BAD no mutant breaks {requirement.id}")
        idle = [check for check in requirement.checks if (requirement.id, check) not in killers]
        found += [f"BAD {requirement.id} {check} kills nothing" for check in idle]
    return found

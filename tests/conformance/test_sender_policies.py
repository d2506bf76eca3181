"""A sender's policy that was drawn is found again from outside, and no other check suffers from the search."""

import random
from dataclasses import dataclass
from typing import Any

import pytest

from harness.conformance.sender_trial import STATUSES
from tests.conformance.test_observations import told

FOUND = ("ACCEPTED-STATUSES", "RETRIES", "RESUMING", "SENDER-RETRY-AFTER", "OVERTAKING", "SENDER-TIMEOUT", "REDIRECTS")
OTHERS = ("HOOK-3", "RPL-6")
# What a busy machine adds to a gap: seconds, and a share of it.
SLACK_S, SLACK = 0.1, 0.1


@dataclass(frozen=True)
class Drawn:
    """A policy whose every part can show within the horizon of a standard gate."""

    shape: str
    accepted: tuple[str, ...]
    timeout_s: float
    first_s: float
    factor: float
    obeys: bool
    follows: bool
    overtakes: bool

    @property
    def line(self) -> str:
        schedule = {
            "constant": f"retry=constant first={self.first_s}s",
            "exponential": f"retry=exponential first={self.first_s}s factor={self.factor} longest=60s",
        }[self.shape]
        return (
            f"accepted={'+'.join(self.accepted)} timeout={self.timeout_s}s {schedule} jitter=0 attempts=1000"
            f" retry-after={'obey' if self.obeys else 'ignore'} redirects={'follow' if self.follows else 'ignore'}"
            f" order={'overtake' if self.overtakes else 'keep'}"
        )

    def accepts(self, status: int) -> bool:
        return str(status) in self.accepted or f"{status // 100}xx" in self.accepted


def drawn(seed: int, shape: str, *, habit: bool) -> Drawn:
    """`habit` and its opposite: between two draws each habit is seen both ways."""
    dice = random.Random(seed)
    return Drawn(
        shape=shape,
        accepted=dice.choice([("2xx",), ("200",), ("200", "202", "404"), ("2xx", "4xx")]),
        timeout_s=round(dice.uniform(1.0, 4.0), 1),
        first_s=round(dice.uniform(0.3, 0.5), 2),
        factor=round(dice.uniform(1.4, 1.8), 1),
        obeys=habit,
        follows=not habit,
        overtakes=habit,
    )


def near(seen: float, true: float) -> bool:
    return abs(seen - true) <= SLACK_S + SLACK * true


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "habit"), [("constant", True), ("exponential", False)])
def test_a_policy_that_was_drawn_is_found_again(sandbox, tmp_path, shape, habit):
    true = drawn(random.randrange(1_000_000), shape, habit=habit)
    profile = sandbox("--sender", true.line, budget="standard")

    others = OTHERS if habit else ()
    seen = told(profile, tmp_path, *(f"OBS-{name}" for name in FOUND), "OBS-HEAD-OF-LINE", *others)

    assert {seen[name].outcome for name in others} <= {"pass"}
    found: dict[str, Any] = {name: seen[f"OBS-{name}"].evidence for name in FOUND}
    after = found["ACCEPTED-STATUSES"]["after"]
    assert {int(s) for s, calls in after.items() if s.isdigit() and calls["attempts"] == 1} & set(STATUSES) == {
        status for status in STATUSES if true.accepts(status)
    }
    schedule = found["RETRIES"]["schedule"]
    assert schedule["shape"] == shape
    assert near(schedule["first_s"], true.first_s)
    assert shape == "constant" or near(schedule["factor"], true.factor)
    assert found["RESUMING"]["answered"] == [500, 500, 500, 200]
    verdicts = set(found["SENDER-RETRY-AFTER"]["found"].values())
    assert verdicts - {"unknown"} == {"obeyed" if true.obeys else "ignored"}
    assert found["OVERTAKING"]["order"] == ("passed" if true.overtakes else "unseen")
    assert near(found["SENDER-TIMEOUT"]["hung_up_after_s"], true.timeout_s)
    assert (found["REDIRECTS"]["finding"] == "observed") == true.follows
    assert seen["OBS-HEAD-OF-LINE"].evidence["finding"] == "not observed"

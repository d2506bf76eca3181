"""A sender's policy that was drawn is found again from outside, and what cannot be seen is not said to be absent."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts import test_sender as clauses
from harness.conformance.check import Check
from harness.conformance.outcome import NotExercised
from harness.conformance.sender_trial import STATUSES, Examination, Trial
from harness.conformance.world import World
from harness.sink.process import SinkProcess
from tests.conformance.conftest import Start

# Shorter than a gate's, and as long as the policies that are drawn need to show: seconds.
HORIZON_S = 3.0
# What a busy machine adds to a time: seconds, and a share of it.
SLACK_S, SLACK = 0.05, 0.1
SHAPES = ("constant", "exponential", "table", "none")
# A habit of each shape: of the three that try again, some have it and some have not.
BOTH_WAYS = [(a, b, c, a) for a in (True, False) for b in (True, False) for c in (True, False) if not a == b == c]


@dataclass(frozen=True)
class Drawn:
    """A policy whose every part can show within the horizon. `gaps` is how --sender is told of the schedule."""

    shape: str
    gaps: str
    timings: dict[str, Any]  # what is to be found of the schedule
    accepted: tuple[str, ...]
    timeout_s: float
    obeys: bool
    overtakes: bool
    follows: bool

    @property
    def line(self) -> str:
        return (
            f"accepted={'+'.join(self.accepted)} timeout={self.timeout_s}s retry={self.shape} {self.gaps}"
            f" retry-after={'obey' if self.obeys else 'ignore'} order={'overtake' if self.overtakes else 'keep'}"
            f" redirects={'follow' if self.follows else 'ignore'}"
        )

    def accepts(self, status: int) -> bool:
        return str(status) in self.accepted or f"{status // 100}xx" in self.accepted


def drawn(seed: int) -> list[Drawn]:
    """One policy of each shape."""
    dice = random.Random(seed)
    accepted = dice.sample([("2xx",), ("200",), ("200", "202", "404"), ("2xx", "4xx")], len(SHAPES))
    obeys, overtakes, follows = (dice.choice(BOTH_WAYS) for _ in range(3))
    return [
        Drawn(
            shape,
            *_schedule(shape, dice),
            accepted=accepted[number],
            timeout_s=round(dice.uniform(0.5, 1.5), 1),
            obeys=obeys[number],
            overtakes=overtakes[number],
            follows=follows[number],
        )
        for number, shape in enumerate(SHAPES)
    ]


def _schedule(shape: str, dice: random.Random) -> tuple[str, dict[str, Any]]:
    first, factor = round(dice.uniform(0.2, 0.3), 2), round(dice.uniform(1.4, 1.8), 1)
    # One up, one down: no simpler rule has these.
    table = [round(dice.uniform(*between), 2) for between in [(0.2, 0.3), (0.6, 0.9)] * 2]
    return {
        "constant": (f"first={first}s jitter=0 attempts=1000", {"shape": "constant", "first_s": first}),
        "exponential": (
            f"first={first}s factor={factor} longest=60s jitter=0",
            {"shape": "exponential", "first_s": first, "factor": factor},
        ),
        "table": (f"gaps={'+'.join(f'{gap}s' for gap in table)} jitter=0", {"shape": "table", "gaps_s": table}),
        "none": ("", {}),
    }[shape]


@dataclass(frozen=True)
class Measured:
    """What the gate's own checks said of a sender."""

    world: World
    trial: Trial

    def said(self, clause: Callable[[Check, Trial], None]) -> dict[str, Any] | None:
        """The evidence; None where it could not be tried."""
        check = Check(self.world.contract)
        try:
            clause(check, self.trial)
        except NotExercised:
            return None
        return check.evidence


def examined(start: Start, folder: Path, line: str) -> Measured:
    folder.mkdir()
    profile = start("--sender", line, budget="standard")
    with SinkProcess.start(profile, folder, "r1", "conform") as sink, World(profile, sink.feed) as world:
        parts = world.api, world.sessions, world.replies, world.webhook, world.ledger
        return Measured(world, Examination(*parts).run(HORIZON_S))


def found(measured: Measured) -> dict[str, Any]:
    """In the words of `expected`."""
    after = measured.said(clauses.test_which_answers_lead_to_another_attempt)
    retries = measured.said(clauses.test_how_a_call_that_fails_is_tried_again) or {}
    asked = measured.said(clauses.test_whether_the_sender_comes_back_when_it_was_told)
    order = measured.said(clauses.test_whether_a_later_reply_passes_one_that_fails)
    redirects = measured.said(clauses.test_whether_redirects_are_followed) or {}
    resumed = measured.said(clauses.test_whether_the_sender_goes_on_after_failures) or {}
    return {
        "accepted": after and {s for s in STATUSES if after["after"][str(s)]["attempts"] == 1},
        "schedule": retries.get("schedule", {}),
        "obeys": asked and set(asked["found"].values()) - {"unknown"},
        "obeys_a_date": asked and set(asked["found_of_a_date"].values()) - {"unknown"},
        "overtakes": order and order["finding"] == "observed",
        "follows": redirects["finding"] == "observed",
        "answered": resumed["answered"],
        "timeout_s": (measured.said(clauses.test_how_long_the_sender_waits_for_an_answer) or {})["hung_up_after_s"],
    }


def expected(true: Drawn) -> dict[str, Any]:
    """Of a sender that does not try again nobody can tell what it accepts, obeys, or lets pass."""
    retries = true.shape != "none"
    return {
        "accepted": {status for status in STATUSES if true.accepts(status)} if retries else None,
        "schedule": true.timings,
        "obeys": {"obeyed" if true.obeys else "ignored"} if retries else None,
        "obeys_a_date": {"obeyed" if true.obeys else "ignored"} if retries else None,
        "overtakes": true.overtakes if retries else None,
        "follows": true.follows,
        "answered": [500, 500, 500, 200] if retries else [500],
        "timeout_s": true.timeout_s,
    }


def near(seen: Any, true: Any) -> bool:
    """Equal, but for what a busy machine adds to times; of a mapping, in what the true one has."""
    match true:
        case dict():
            return all(name in seen and near(seen[name], value) for name, value in true.items())
        case list():
            return len(seen) == len(true) and all(map(near, seen, true))
        case float():
            return seen is not None and abs(seen - true) <= SLACK_S + SLACK * true
    return bool(seen == true)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_policy_that_was_drawn_is_found_again(sandbox, tmp_path, seed):
    policies = drawn(seed)

    with ThreadPoolExecutor(len(policies)) as pool:
        folders = [tmp_path / true.shape for true in policies]
        senders = list(pool.map(lambda true, folder: examined(sandbox, folder, true.line), policies, folders))

    for true, measured in zip(policies, senders, strict=True):
        seen, wanted = found(measured), expected(true)
        assert {name: seen[name] for name in wanted if not near(seen[name], wanted[name])} == {}, true.line

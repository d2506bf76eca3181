"""A target is drawn, its twin started, measured as a user would, and found to be what was drawn."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from harness.twin.toml import read, written
from harness.twin.twin import Delay, Limiter, Multiplicity, Sender, Twin
from tests.acceptance.command import harness
from tests.limits.conftest import inquire, sandbox

__all__ = ["inquire", "sandbox"]

NOTHING = Twin()
PERCENTILES = (0.0, 50.0, 90.0, 100.0)
OBSERVED = ("ACCEPTED-STATUSES", "RETRIES", "SENDER-RETRY-AFTER", "OVERTAKING", "SENDER-TIMEOUT", "REDIRECTS")


def drawn(dice: random.Random) -> Twin:
    """What shows within the seconds that a test has."""
    limiter = dice.choice(
        [
            f"first-hit-window limit={dice.randint(3, 6)} window={dice.randint(300, 500) / 1000}s headers=x-ratelimit",
            f"token-bucket rate={dice.randint(5, 9)} burst={dice.randint(3, 6)} headers=draft status=503",
        ]
    )
    answer_ms, reply_ms = dice.uniform(10, 30), dice.uniform(80, 200)
    habits = [dice.choice(pair) for pair in (("obey", "ignore"), ("follow", "ignore"), ("overtake", "keep"))]
    policy = (
        f"accepted=2xx timeout={dice.randint(10, 30) / 10}s retry=constant first={dice.randint(300, 500) / 1000}s"
        f" attempts=1000 give-up=1h jitter=0 retry-after={habits[0]} redirects={habits[1]} order={habits[2]}"
    )
    return Twin(
        Limiter("drawn", 100, f"{limiter} scope=key retry-after=honest", "", 0.02),
        None,
        Delay("drawn", 1000, PERCENTILES, tuple(answer_ms * each for each in (1, 2, 3, 4))),
        Delay("drawn", 1000, PERCENTILES, tuple(reply_ms * each for each in (1, 2, 3, 4))),
        Multiplicity("drawn", 1000, round(dice.uniform(1.2, 1.8), 2)),
        None,
        Sender("drawn", 20, policy, 6.5, 0.1),
    )


def file(folder: Path, name: str, twin: Twin) -> str:
    path = folder / f"{name}.toml"
    path.write_text(written(twin))
    return str(path)


@pytest.mark.slow
def test_a_twin_is_measured_as_the_one_that_was_drawn(sandbox, inquire, tmp_path):
    twin = drawn(random.Random())
    limited = sandbox("--twin", file(tmp_path, "limited", replace(NOTHING, limiter=twin.limiter)))
    open_to_all = sandbox("--twin", file(tmp_path, "open", replace(twin, limiter=None))).environment
    runs = [inquire(limited.environment, "--most-requests", "400").folder]
    only = [word for name in OBSERVED for word in ("--only", f"OBS-{name}")]
    for verb in (["load", "--customers", "20", "--duration", "6s", "--think", "100ms"], ["conform", *only]):
        runs.append(tmp_path / verb[0])
        said = harness(*verb, "--report", str(runs[-1]), **open_to_all)
        assert said.returncode == 0, said.stdout + said.stderr

    made = harness("twin", *map(str, runs))

    assert made.returncode == 0, made.stderr
    measured = tmp_path / "measured.toml"
    measured.write_text(made.stdout)
    compared = harness("twin", "--diff", file(tmp_path, "drawn", twin), str(measured))
    assert compared.returncode == 0, written(twin) + compared.stdout + compared.stderr
    parts = {line.split()[0]: line for line in compared.stdout.splitlines()}
    assert {name for name, line in parts.items() if " same " in line} == set(parts) - {"behind", "lifetime"}
    again = read(made.stdout).sender
    assert again is not None
    assert again.policy.startswith("accepted=2xx timeout=")

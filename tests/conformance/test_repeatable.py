"""The same seed: the same requests and the same verdicts. Only the ids that the target gives out are others."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from harness.assets import asset
from harness.profile import environment_of
from tests.acceptance.command import environment
from tests.conformance.conftest import Verdicts

# What the target gave out, or what the sink is called, or what is made of either.
GIVEN_OUT = re.compile(r"[0-9a-f]{8,64}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{12})?|127\.0\.0\.1:\d+\\?/[\w-]{8,}")


def run(profile, folder, seed, *more):
    """The requests that were sent, counted, and every check's outcome."""
    folder.mkdir()
    options = [
        "-p",
        "tests.conformance.requests_recorder",
        "--report",
        str(folder / "report"),
        "--seed",
        str(seed),
        *more,
    ]
    contracts = asset("contracts")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(contracts), "-c", str(contracts / "pytest.ini"), "-q", *options],
        env=environment(**environment_of(profile), REQUESTS=str(folder / "requests")),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (folder / "requests").read_text(encoding="utf-8").splitlines()
    # A body in UTF-16 has a NUL in every other place.
    sent = Counter(
        tuple(GIVEN_OUT.sub("*", str(part).replace("\0", "")) for part in json.loads(line)) for line in lines
    )
    return sent, {event.check: event.outcome for event in Verdicts(folder / "report").checked}


@pytest.mark.slow
def test_the_same_seed_sends_the_same_requests_and_finds_the_same(sandbox, tmp_path):
    first = run(sandbox(), tmp_path / "first", 5)
    again = run(sandbox(), tmp_path / "again", 5)

    assert first[1] == again[1]
    assert first[0] - again[0] == again[0] - first[0] == Counter()


def test_another_seed_sends_other_requests(sandbox, tmp_path):
    one, two = (run(sandbox(), tmp_path / str(seed), seed, "--only", "SES-5")[0] for seed in (5, 6))

    assert one != two

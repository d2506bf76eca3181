"""A limiter is found, its twin is started, and found to be the same."""

import pytest

from tests.acceptance.command import harness
from tests.limits.conftest import inquire, sandbox

__all__ = ["inquire", "sandbox"]


@pytest.mark.parametrize(
    "policy",
    [
        "first-hit-window limit=3 window=400ms headers=x-ratelimit",
        "token-bucket rate=6 burst=4 headers=draft status=503",
    ],
)
def test_the_twin_of_a_limiter_is_measured_as_the_same(sandbox, inquire, tmp_path, policy):
    twins = []
    options = ["--limiter", policy]
    for name in ("real", "twin"):
        found = inquire(sandbox(*options).environment, "--most-requests", "130")
        assert found.code == 0, found.said
        made = harness("twin", str(found.folder))
        assert made.returncode == 0, made.stderr
        (tmp_path / f"{name}.toml").write_text(made.stdout)
        twins.append(str(tmp_path / f"{name}.toml"))
        options = ["--twin", twins[0]]
    compared = harness("twin", "--diff", *twins)
    assert compared.returncode == 0, compared.stdout + compared.stderr
    assert "limiter" in compared.stdout

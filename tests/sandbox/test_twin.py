"""A sandbox that behaves as a twin says, and otherwise where it is told so."""

import pytest

from harness.twin.toml import written
from harness.twin.twin import Limiter, Twin

TWIN = Twin(
    Limiter("r", 90, "fixed-window limit=14 window=3.0s", "", 0.02),
    Limiter("r", 40, "token-bucket rate=4 burst=30", "", 0.02),
)


@pytest.mark.parametrize(
    ("options", "families"),
    [
        ([], ["fixed_window", "token_bucket"]),
        (["--limiter", "concurrency limit=3"], ["concurrency"]),
        (["--limiter", "none"], ["none"]),
        (["--rate-limit", "9"], ["token_bucket"]),
    ],
)
def test_a_twin_limits_by_all_its_limiters_and_a_limiter_takes_their_place(start_sandbox, tmp_path, options, families):
    (tmp_path / "twin.toml").write_text(written(TWIN))

    sandbox = start_sandbox("--twin", str(tmp_path / "twin.toml"), *options)

    assert [each["family"] for each in sandbox.state()["limiters"]] == families

"""What is said of a target, where none is given, is refused: a green run must not be of another target than meant."""

import pytest
from click.testing import CliRunner

from harness.cli.main import cli


@pytest.mark.parametrize(
    "option",
    [
        ("--client-id", "a"),
        ("--other-client-id", "a"),
        ("--public-url", "https://example.org"),
        ("--session-ttl", "abc"),
    ],
)
@pytest.mark.parametrize("verb", ["conform", "load"])
def test_an_option_of_a_target_takes_a_target(verb: str, option: tuple[str, str], monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("HARNESS_BASE_URL", "HARNESS_CLIENT_ID", "HARNESS_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    done = CliRunner().invoke(cli, [verb, *option])

    assert done.exit_code == 2
    assert f"{option[0]} is of a target, and none was given: add --base-url URL" in done.output
    assert not list((tmp_path / "reports").iterdir())

"""README tells the truth: its commands, options, exit codes, classes and magic values are those of the code."""

import re
from pathlib import Path

import pytest
import yaml

from harness.cli.main import VERBS, cli
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED, EXIT_USAGE
from harness.figures import DEFAULT_OBJECTIVES
from harness.objective import parse_objective
from harness.pairing import ARRIVAL_CLASSES, MESSAGE_CLASSES
from harness.sandbox import magic

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def options_of(verb: str) -> set[str]:
    command = cli.get_command(None, verb)  # type: ignore[arg-type]
    assert command is not None
    return {name for parameter in command.params for name in parameter.opts} | {"--help"}


def test_every_verb_stands_in_the_table_and_no_other():
    assert set(re.findall(r"^\| `harness (\w+)", README, re.MULTILINE)) == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_options_shown_with_a_verb_are_options_of_it(verb):
    shown = {
        option
        for line in README.splitlines()
        if re.search(rf"harness {verb}\b", line)
        for option in re.findall(r"(?<!\S)`?(--[a-z-]+)", line)
    }

    assert shown <= options_of(verb)


def test_every_option_named_anywhere_is_one():
    known = set.union(*map(options_of, VERBS)) | {"--host", "--faults", "--web-host", "--web-login"}

    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known


def test_exit_codes_are_all_of_them():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}

    assert told == {*EXIT_CODES.values(), EXIT_USAGE, EXIT_INTERRUPTED}


def test_classes_are_all_of_them():
    assert all(f"| `{name}` |" in README for name in (*MESSAGE_CLASSES, *ARRIVAL_CLASSES))


def test_magic_values_are_all_of_them():
    documented = set(re.findall(r"(?:!\w+|\+1500555\d{4})", magic.__doc__ or ""))

    assert set(re.findall(r"`(!\w+|\+1500555\d{4})", README)) == documented


def test_objectives_shown_are_objectives():
    assert all(
        parse_objective(text) for text in re.findall(r"[`'\"]([a-z0-9_]+[<>]=?[\d.]+(?:%|ms|s|/s)?)[`'\"]", README)
    )


def test_the_objectives_of_a_run_without_any_are_told():
    assert [objective.text for objective in DEFAULT_OBJECTIVES if f"`{objective.text}`" not in README] == []


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_number_of_requirements_in_the_sample_is_that_of_the_table():
    table = yaml.safe_load((ROOT / "contracts" / "requirements.yaml").read_text())
    musts = sum(row["level"] == "MUST" for row in table)

    assert f"{musts} of {musts} MUST hold" in README

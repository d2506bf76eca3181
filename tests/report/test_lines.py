"""Where a requirement stands: lines that a reader who opens the file finds it at."""

from pathlib import Path

import pytest
import yaml

from harness.report.lines import line_of, lines_of_ids, places
from harness.requirements import Requirement, load

ROOT = Path(__file__).parents[2]
TABLE = load((ROOT / "contracts" / "requirements.yaml").read_text(encoding="utf-8"))
DOCUMENT = """\
openapi: 3.1.0
paths:
  /v1/sessions:
    post: {operationId: createSession}
  ~tilde:
    - first
    - second: here
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("#/openapi", 1),
        ("#/paths", 2),
        ("#/paths/~1v1~1sessions", 3),
        ("#/paths/~1v1~1sessions/post/operationId", 4),
        ("#/paths/~0tilde/1", 7),
        ("#/paths/~0tilde/1/second", 7),
        ("#/paths/~0tilde/2", None),
        ("#/paths/nowhere", None),
        ("#/openapi/deeper", None),
        ("", None),
    ],
)
def test_a_pointer_leads_to_the_line_of_its_last_key(pointer, line):
    assert line_of(yaml.compose(DOCUMENT, yaml.SafeLoader), pointer) == line


def test_an_entry_of_a_list_is_found_by_its_id_wherever_that_stands_in_it():
    assert lines_of_ids("# comment\n- id: A-1\n  level: MUST\n- level: MUST\n  id: A-2\n- none\n") == {
        "A-1": 2,
        "A-2": 4,
    }
    assert lines_of_ids("no list") == {}


@pytest.mark.parametrize("requirement", TABLE, ids=lambda requirement: requirement.id)
def test_every_requirement_of_the_table_has_a_line_in_the_contract_and_in_the_table(requirement: Requirement):
    contract = (ROOT / "openapi.yaml").read_text(encoding="utf-8").splitlines()
    table = (ROOT / "contracts" / "requirements.yaml").read_text(encoding="utf-8").splitlines()
    clause, entry = places().of_clause(requirement.described()), places().of_requirement(requirement.described())
    key = requirement.place.rpartition("/")[2].replace("~1", "/")

    assert clause is not None
    assert key in contract[clause - 1] or key.isdecimal()
    assert entry is not None
    assert table[entry - 1] == f"- id: {requirement.id}"

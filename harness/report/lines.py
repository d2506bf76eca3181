"""Where in the contract's files a requirement stands, so that editors and code hosts can point there.

Lines count from 1. The files' texts are parameters but for `places`, which takes those of this installation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from harness.assets import asset
from harness.yaml_text import composed

# As they stand in this project, whatever folder an installation keeps them in.
CONTRACT = "openapi.yaml"
REQUIREMENTS = "contracts/requirements.yaml"


@dataclass(frozen=True, slots=True)
class Places:
    """Lines in CONTRACT, by JSON pointer, and in REQUIREMENTS, by requirement id."""

    contract: yaml.Node | None
    requirements: Mapping[str, int]

    def of_clause(self, row: Mapping[str, Any]) -> int | None:
        """The line of CONTRACT that speaks of a requirement; None where none does."""
        return line_of(self.contract, row.get("place") or "")

    def of_requirement(self, row: Mapping[str, Any]) -> int | None:
        """The line of REQUIREMENTS where a requirement begins; None where it is of another version."""
        return self.requirements.get(row["id"])


@cache
def places() -> Places:
    """Of the files that this installation carries."""
    contract = asset(CONTRACT).read_text(encoding="utf-8")
    table = (asset("contracts") / "requirements.yaml").read_text(encoding="utf-8")
    return Places(composed(contract), lines_of_ids(table))


def line_of(document: yaml.Node | None, pointer: str) -> int | None:
    """The line at which the part under a JSON pointer, written as "#/a/b", begins; with its key, where it has one."""
    if not pointer.startswith("#/") or document is None:
        return None
    node, line = document, None
    for step in pointer[2:].split("/"):
        found = _step(node, step.replace("~1", "/").replace("~0", "~"))
        if found is None:
            return None
        node, line = found
    return line


def lines_of_ids(text: str) -> dict[str, int]:
    """Where each mapping of a list begins, by its `id`."""
    table = composed(text)
    if not isinstance(table, yaml.SequenceNode):
        return {}
    named = ((_step(row, "id"), row) for row in table.value)
    return {str(found[0].value): row.start_mark.line + 1 for found, row in named if found is not None}


def _step(node: yaml.Node, name: str) -> tuple[yaml.Node, int] | None:
    """What stands in a node under a key, or at an index, and the line where that begins."""
    if isinstance(node, yaml.MappingNode):
        return next(((value, key.start_mark.line + 1) for key, value in node.value if key.value == name), None)
    if isinstance(node, yaml.SequenceNode) and name.isdecimal() and int(name) < len(node.value):
        item: yaml.Node = node.value[int(name)]
        return item, item.start_mark.line + 1
    return None

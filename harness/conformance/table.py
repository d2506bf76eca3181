"""The requirements that this installation carries."""

from harness.assets import asset
from harness.requirements import Requirement, load


def list_requirements() -> tuple[Requirement, ...]:
    """All of them, in the order of the table. Raises UsageError where the table is broken."""
    return load((asset("contracts") / "requirements.yaml").read_text(encoding="utf-8"))

"""Seeded faults: defects that a gate has to find. README.md tells how to add the next."""

import importlib
import pkgutil
from collections.abc import Sequence

from harness.sandbox.deviation import named, no_such
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services

__all__ = ["Fault", "catalogue", "make_faults"]


def catalogue() -> dict[str, type[Fault]]:
    """Every fault there is, by its name: each module of this folder defines some."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return named(Fault)


def make_faults(names: Sequence[str], services: Services) -> list[Fault]:
    """The faults of these names. Raises ValueError for a name that there is not."""
    known = catalogue() if names else {}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(no_such("fault", unknown[0], known))
    return [known[name](services) for name in names]

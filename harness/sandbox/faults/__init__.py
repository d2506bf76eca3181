"""Seeded faults: defects that a gate has to find. One file each; README.md tells how to add the next."""

import importlib
import pkgutil
from collections.abc import Sequence

from harness.sandbox.faults.base import Fault, Faults
from harness.sandbox.services import Services

__all__ = ["Fault", "Faults", "catalogue", "make_faults"]


def catalogue() -> dict[str, type[Fault]]:
    """Every fault there is, by its name: each module of this folder defines one."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return {fault.name: fault for fault in sorted(Fault.__subclasses__(), key=lambda fault: fault.name)}


def make_faults(names: Sequence[str], services: Services) -> Faults:
    """The faults of these names. Raises ValueError for a name that there is not."""
    if not names:
        return Faults(())
    known = catalogue()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no fault {unknown[0]!r}; there are: {', '.join(known)}")
    return Faults([known[name](services) for name in names])

"""Every family of rate limiters there is: each module of this folder defines one."""

import importlib
import pkgutil
from typing import Any

from harness.sandbox.limiter.family import Family


def catalogue() -> dict[str, type[Family[Any]]]:
    """All of them, by name."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return {family.name: family for family in sorted(Family.__subclasses__(), key=lambda family: family.name)}

"""Conforming variants: an API that keeps the contract in another way. README.md tells how to add the next."""

import importlib
import pkgutil
from collections.abc import Sequence

from harness.sandbox.deviation import named, no_such
from harness.sandbox.services import Services
from harness.sandbox.variants.base import Variant

__all__ = ["Variant", "catalogue", "make_variants"]


def catalogue() -> dict[str, type[Variant]]:
    """Every variant there is, by its name: each module of this folder defines some."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return named(Variant)


def make_variants(names: Sequence[str], services: Services) -> list[Variant]:
    """The variants of these names. Raises ValueError for a name that there is not."""
    known = catalogue() if names else {}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(no_such("variant", unknown[0], known))
    return [known[name](services) for name in names]

"""Whether the fields of a record that was read are of the types that its class says.

Pure. Of what is generic only the outermost type is looked at: a list is a list, whatever is in it.
"""

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Fits = Callable[[Any], bool]


def fits_of(kind: type[Any]) -> Mapping[str, Fits]:
    """For each field of a dataclass, what tells whether a value is of its type."""
    return {name: _fits(hint) for name, hint in get_type_hints(kind).items()}


def _fits(hint: Any) -> Fits:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        several = [_fits(each) for each in get_args(hint)]
        return lambda value: any(fits(value) for fits in several)
    if origin is Literal:
        options = get_args(hint)
        return lambda value: isinstance(value, str) and value in options
    kinds = (int, float) if hint is float else (origin or hint,)
    return lambda value: type(value) in kinds

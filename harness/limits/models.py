"""What models make of a trace, as plain data: their parameters, what they have left, and what contradicts them."""

from typing import Any

from harness.identification.answer import Identification
from harness.identification.families.model import Model
from harness.identification.fit import Fit
from harness.identification.run import Run
from harness.limits.left import left


def models(identified: Identification, run: Run) -> list[dict[str, Any]]:
    """The best and the next one; two layers and the first of them alone, where two were identified."""
    both = identified.behind.both if identified.behind else None
    if both is None:
        return [_model(fit.family.family, _parameters(fit), fit.model(), run) for fit in identified.fits[:2]]
    layers = {name: described(fit) for name, fit in (("first", both.first), ("second", both.seconds[0]))}
    first = both.first
    return [
        _model("layers", layers, both.model(), run),
        _model(first.family.family, _parameters(first), first.model(), run),
    ]


def _model(family: str, parameters: dict[str, Any], model: Model, run: Run) -> dict[str, Any]:
    found = left(model, run.trace)
    return {
        "family": family,
        "parameters": parameters,
        "mismatches": [number for number, _ in found.contradicted],
        "left_then": [had for _, had in found.contradicted],
        "room": [[round(at, 4), requests] for at, requests in found.points],
    }


def described(fit: Fit) -> dict[str, Any]:
    """A family with its best parameters, and how many verdicts contradict it."""
    return {"family": fit.family.family, "mismatches": fit.hard, "parameters": _parameters(fit)}


def _parameters(fit: Fit) -> dict[str, Any]:
    return {name: rounded(value) for name, value in fit.parameters.items()}


def rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value

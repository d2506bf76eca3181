"""What a limiter that was found lets in of a run's own requests: its model, left to itself. Pure.

When its windows begin nobody knows in another run, so that those with edges are tried with several; of families that
could not be told apart each is tried whose figures are known. Little is held: no more than the models themselves
remember.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.identification.families import FAMILIES
from harness.identification.families.model import Model
from harness.identification.families.token_bucket import TokenBucket
from harness.limits_part import has_figures

# So many places are tried for an edge.
EDGES = 5
# After so many requests a model is asked to forget what it needs no more.
SPAN = 2_000

_MODELS: Mapping[str, Any] = {family.family: family for family in FAMILIES}


class Expected:
    """One quota. Takes the moments at which requests were sent (monotonic nanoseconds), in order."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """`found` is as `harness.limit_rule` keeps it."""
        families = [family for family in str(found["algorithm"]).split("|") if has_figures(family, found)]
        self._models = [model for family in families for model in _models(family, found)]
        self._let_in = [0] * len(self._models)
        self._began: int | None = None
        self._count = 0

    def send(self, at: int) -> None:
        self._began = at if self._began is None else self._began
        moment = (at - self._began) / 1e9
        for number, model in enumerate(self._models):
            admitted = model.admits(moment)
            self._let_in[number] += admitted
            if admitted or model.heeds_refusals:
                model.observe(moment, moment, admitted)
        self._count += 1
        if self._count % SPAN == 0:
            self._models = [model.fork() for model in self._models]

    @property
    def fewest(self) -> int:
        """Requests that were let in, by the model that let in fewest."""
        return min(self._let_in)


def _models(family: str, found: Mapping[str, Any]) -> Iterator[Model]:
    quota = int(found["quota"])
    if family in ("token_bucket", "queueing_bucket"):
        yield TokenBucket(quota, 1 / float(found["sustainable_per_s"]))
        return
    model = _MODELS[family]
    given = {"window": found.get("window_s"), "block": found.get("block_s"), "interval": found.get("interval_s")}
    parameters: dict[str, Any] = {name: float(given[name] or 0.0) for name in model.continuous if name in given}
    parameters |= {"batch": int(found.get("batch") or 1)} if family == "quantised_bucket" else {}
    parameters |= {"renewed": bool(found.get("block_renewed"))} if family == "penalty_block" else {}
    if "phase" not in model.continuous:
        yield model(quota=quota, **parameters)
        return
    period = parameters.get("window") or parameters["interval"]
    for step in range(EDGES):
        yield model(quota=quota, **parameters, phase=period * step / EDGES)

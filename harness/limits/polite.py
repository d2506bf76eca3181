"""The rate that a sender can hold without being refused, by the careful end of what the limiter may be."""

from math import floor, log10

from harness.identification.answer import Identification
from harness.identification.bounds import Bounds
from harness.identification.families.model import Model
from harness.identification.run import Run

# The times that a quota comes back in: where one may be longer, less can be held.
TIMES = ("window", "interval")
# Kept to so many digits, rounded down.
DIGITS = 3


def polite_per_s(identified: Identification, run: Run) -> float | None:
    """Requests a second; None where no rate can be held, or none is known. Of two limiters the slower has the say."""
    if identified.sustainable_per_s is None:
        return None
    both = identified.behind.both if identified.behind else None
    if both is not None:
        models = both.firsts[0].model(), both.seconds[0].model()
        return _down(min(_careful(*each) for each in zip(models, both.bounds, strict=True)))
    if run.parallel is not None:
        # By groups of which one was worked off so much more slowly than the other.
        return _down(identified.sustainable_per_s * run.parallel.even)
    return _down(_careful(identified.fits[0].model(), identified.bounds))


def _careful(model: Model, bounds: Bounds) -> float:
    known = model.parameters()
    shares = (known[name] / max(known[name], bounds[name][1]) for name in TIMES if name in known and name in bounds)
    return model.sustainable * min(shares, default=1.0)


def _down(rate: float) -> float:
    places = DIGITS - 1 - floor(log10(rate))
    return round(floor(rate * 10.0**places) / 10.0**places, max(0, places))

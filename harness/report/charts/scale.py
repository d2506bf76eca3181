"""From values to places on a chart, with round numbers for ticks."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIZE = 1000.0
# From this ratio of the largest to the middle value on, only a logarithmic axis shows both.
WIDE = 20.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at `at` percent of the axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Places values from `low` to `high` between 0 and SIZE."""

    low: float
    high: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        if not self.logarithmic:
            return round(SIZE * (value - self.low) / (self.high - self.low), 1)
        inside = math.log(max(value, self.low) / self.low)
        return round(SIZE * inside / math.log(self.high / self.low), 1)

    def percent(self, value: float) -> float:
        return round(self.place(value) / SIZE * 100, 2)

    def values(self) -> list[float]:
        """Round numbers within the scale, about five of them."""
        return _decades(self.low, self.high) if self.logarithmic else _steps(self.low, self.high)


def linear(highest: float) -> Scale:
    """From zero to a round number at or above `highest`."""
    step = _step(highest or 1.0)
    return Scale(0.0, math.ceil((highest or 1.0) / step) * step)


def logarithmic(values: Iterable[float]) -> Scale:
    """Between round numbers of the form 1, 2 or 5 times a power of ten that hold all positive values."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = _round(min(positive), down=True), _round(max(positive), down=False)
    return Scale(low, high if high > low else low * 10, logarithmic=True)


def fitting(values: Sequence[float]) -> Scale:
    """Linear from zero where that shows the middle as well as the highest value, and logarithmic where not."""
    ordered = sorted(values) or [1.0]
    middle, highest = ordered[len(ordered) // 2], ordered[-1]
    return logarithmic(values) if middle > 0 and highest / middle > WIDE else linear(highest)


def time_ticks(scale: Scale) -> list[Tick]:
    """Ticks of an axis of seconds: in seconds, minutes or hours, as its length asks."""
    length = scale.high - scale.low
    size, name = next((s, n) for s, n in ((3600.0, "h"), (60.0, "min"), (1.0, "s")) if length >= 3 * s or s == 1.0)
    values = _steps(scale.low / size, scale.high / size, whole=True)
    return [Tick(scale.percent(value * size), f"{value:g} {name}") for value in values]


def _steps(low: float, high: float, whole: bool = False) -> list[float]:
    step = _step(high - low)
    step = max(step, 1.0) if whole else step
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 9) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _step(length: float) -> float:
    rough = length / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    values = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [value for value in values if low * 0.999 <= value <= high * 1.001]


def _round(value: float, down: bool) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    choices = [factor * power for factor in (1, 2, 5, 10)]
    if down:
        return max(choice for choice in choices if choice <= value * 1.001)
    return min(choice for choice in choices if choice >= value * 0.999)

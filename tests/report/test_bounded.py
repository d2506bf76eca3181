"""Figures with no more decimals than their bounds warrant."""

import pytest

from harness.report.bounded import between, figure, per_second


@pytest.mark.parametrize(
    ("value", "bounds", "told", "near"),
    [
        (2.9957, (2.9905, 3.0008), "3.00", "between 2.99 and 3.01"),
        (3.017, (2.98, 3.05), "3.02", "between 2.98 and 3.05"),
        (25.0627, (24.94, 25.13), "25.1", "between 24.9 and 25.2"),
        (60.4, (58.0, 63.0), "60", "between 58 and 63"),
        (3600.0, (3400.0, 3900.0), "3600", "between 3400 and 3900"),
        (0.04, (0.04, 0.04), "0.04", ""),
        (0.04, (5e-324, float("inf")), "0.04", ""),
        (2.3228, None, "2.32", ""),
        (1234.5, None, "1234", ""),
    ],
)
def test_bounds_decide_about_decimals(value: float, bounds: tuple[float, float] | None, told: str, near: str) -> None:
    assert (figure(value, bounds), between(value, bounds)) == (told, near)


def test_bounds_of_something_else_are_not_told() -> None:
    assert (figure(1.0567, (0.9837, 0.9838)), between(1.0567, (0.9837, 0.9838))) == ("1.06", "")


def test_a_rate_lies_between_those_of_its_interval() -> None:
    assert per_second((0.04, 0.05)) == (20.0, 25.0)
    assert per_second(None) is None

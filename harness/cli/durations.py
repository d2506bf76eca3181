"""Times on a command line."""

import click

# "ms" before the unit that it ends in.
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """A duration in seconds, from "90", "90s", "200ms", "5m" or "1h"."""
    unit = next((unit for unit in UNITS_S if value.endswith(unit)), "")
    try:
        duration = float(value.removesuffix(unit)) * UNITS_S.get(unit, 1)
    except ValueError:
        duration = 0.0
    if not 0 < duration < 7 * 24 * 3600:
        raise click.BadParameter("takes a time such as 60s, 5m or 1h", context, parameter)
    return duration


def optional_seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    return None if value is None else seconds(context, parameter, value)

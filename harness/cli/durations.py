"""Times on a command line."""

import click


def seconds(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """A duration in seconds, from "90", "90s", "5m" or "1h"."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (value[:-1], units[value[-1]]) if value[-1:] in units else (value, 1)
    try:
        duration = float(number) * unit
    except ValueError:
        duration = 0.0
    if not 0 < duration < 7 * 24 * 3600:
        raise click.BadParameter("takes a time such as 60s, 5m or 1h", context, parameter)
    return duration


def optional_seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    return None if value is None else seconds(context, parameter, value)

"""What an earlier `harness limits` found, from its folder, for a load run that puts it to the test."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from harness.errors import UsageError
from harness.limit_rule import kept_of
from harness.report import result_json


def found(context: click.Context, parameter: click.Parameter, value: str | None) -> Mapping[str, Any] | None:
    """The settings that --limits stands for, and its value as it was `given`: the folder of a run, or a result.json."""
    if value is None:
        return None
    path = Path(value)
    path = path / result_json.NAME if path.is_dir() else path
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(result, Mapping):
            raise ValueError("it is no object")
        return {**kept_of(result), "given": value}
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}", context, parameter) from None
    except UsageError as error:
        raise click.BadParameter(f"{path}: {error}", context, parameter) from None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise click.BadParameter(f"{path} is no result of this harness", context, parameter) from None

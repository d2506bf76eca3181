"""result.json: the result itself, for programs. Plain ASCII, sorted keys: equal results are equal bytes."""

import json
from collections.abc import Mapping
from typing import Any

NAME = "result.json"


def render(result: Mapping[str, Any]) -> str:
    return json.dumps(result, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"

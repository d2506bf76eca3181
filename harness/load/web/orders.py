"""The plan of the next start, from the form to the workers: with the options that Locust's master gives them anyway."""

import json
from dataclasses import asdict
from typing import Any

from harness.load.plan import LoadPlan

_OPTION = "harness_plan"


def give(environment: Any, plan: LoadPlan) -> None:
    """What the workers get with the next order to start customers."""
    setattr(environment.parsed_options, _OPTION, json.dumps(asdict(plan)))


def given(environment: Any) -> LoadPlan | None:
    """What came with the order; None where the plan is the one that the process began with."""
    said = getattr(environment.parsed_options, _OPTION, None)
    return LoadPlan.from_json(json.loads(said)) if said else None

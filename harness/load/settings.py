"""What the journal says of a load run's settings: all that judging it later needs, and no secret."""

from typing import Any

from harness.load.plan import LoadPlan
from harness.profile import Profile


def settings_of(profile: Profile, plan: LoadPlan) -> dict[str, Any]:
    """The `settings` of the run's Began event. Times in seconds."""
    return {
        "target": profile.described(),
        "seed": profile.seed,
        "strict": profile.strict,
        **planned(plan),
        "reply_timeout_s": profile.reply_timeout,
        "limits": plan.limits,
        "objectives": [objective.text for objective in profile.objectives],
    }


def planned(plan: LoadPlan) -> dict[str, Any]:
    """What of them may change from one start of the customers to the next, in Locust's web UI."""
    return {
        "scenario": plan.scenario,
        "customers": plan.customers,
        "duration_s": plan.duration_s,
        "arrival_rate": plan.arrival_rate,
        "spacing": plan.spacing if plan.is_open else None,
        "think_s": plan.think_s,
        "connections": plan.connections,
        "in_flight": plan.in_flight,
        "workers": plan.workers,
        "sinks": plan.sinks,
        "abort_early": plan.abort_early,
        "when_limited": plan.when_limited,
    }

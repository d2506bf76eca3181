"""Locust as a child process: its command line and its environment. Secrets are in the second only."""

import math
import sys
from pathlib import Path

from harness.assets import asset
from harness.load.handover import Handover
from harness.load.plan import PER_CUSTOMER, LoadPlan
from harness.processes.child import Child
from harness.profile import Profile, environment_of
from harness.sink.address import SinkAddress

LOOPBACK = "127.0.0.1"
LOG = Path("logs") / "locust.log"


def start_locust(profile: Profile, plan: LoadPlan, handover: Handover, sink: SinkAddress, folder: Path) -> Child:
    """Starts the customers of `plan`. What Locust prints goes to logs/locust.log in the run's `folder`."""
    log = folder / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**environment_of(profile), **sink.environment(), **handover.environment()}
    return Child(
        "load generator", arguments(profile, plan), environment=environment, log=log, redactor=profile.redactor
    )


def arguments(profile: Profile, plan: LoadPlan) -> list[str]:
    """The command line, without anything secret."""
    scenario = asset("locustfiles") / f"{plan.scenario}.py"
    argv = [sys.executable, "-m", "locust", "-f", str(scenario), "--host", profile.base_url]
    # In an open scenario Locust starts the timetable only.
    users, rate = (1, 1.0) if plan.is_open else (plan.customers, plan.spawn_rate)
    argv += ["--users", str(users), "--spawn-rate", f"{rate:.3f}"]
    if plan.web:
        # Loopback only: Locust's UI allows any origin, and whoever reaches it can start a load.
        return [*argv, *_fields(plan), "--web-host", LOOPBACK, "--web-port", str(plan.web_port)]
    return [*argv, "--headless", "--only-summary", "--run-time", f"{math.ceil(plan.duration_s)}s"]


def _fields(plan: LoadPlan) -> list[str]:
    """What the form of the web UI begins with."""
    argv = ["--think", f"{plan.think_s:g}", "--connections", str(plan.connections or PER_CUSTOMER)]
    if plan.arrival_rate is None:
        return argv
    poisson = ["--poisson"] if plan.spacing == "poisson" else []
    return [*argv, "--arrival-rate", f"{plan.arrival_rate:g}", *poisson, "--run-time", f"{math.ceil(plan.duration_s)}s"]

"""Locust as a child process: its command line and its environment. Secrets are in the second only."""

import math
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

from harness.assets import asset
from harness.load.crew import Crew
from harness.load.handover import Handover
from harness.load.plan import PER_CUSTOMER, LoadPlan
from harness.processes.child import Child
from harness.profile import Profile, environment_of
from harness.recording.reader import PARTS
from harness.sink.sinks import Sinks

LOOPBACK = "127.0.0.1"
LOGS = "logs"
NAME = "load generator"


def part_of(folder: Path, worker: int | None) -> Path:
    """The journal of the customers in one process, or in one of several workers, from 0 on."""
    suffix = "" if worker is None else f"-{worker + 1}"
    return folder / PARTS / f"load-customers{suffix}.ndjson"


def parts_of(folder: Path, plan: LoadPlan) -> list[Path]:
    """All journals that the customers of `plan` will write."""
    return [part_of(folder, worker) for worker in (range(plan.workers) if plan.workers else (None,))]


def start_locust(profile: Profile, plan: LoadPlan, run: str, sinks: Sinks, folder: Path) -> Crew:
    """Starts the customers of `plan`. What Locust prints goes to logs/locust*.log in the run's `folder`."""
    (folder / LOGS).mkdir(parents=True, exist_ok=True)

    def start(name: str, log: str, argv: list[str], handover: Handover) -> Child:
        environment = {**environment_of(profile), **sinks.environment(), **handover.environment()}
        log_file = folder / LOGS / f"{log}.log"
        return Child(name, argv, environment=environment, log=log_file, redactor=profile.redactor)

    argv = _arguments(profile, plan)
    if not plan.workers:
        return Crew(start(NAME, "locust", argv + _own_end(plan), Handover(part_of(folder, None), run, plan)))
    port = str(_free_port())
    with ExitStack() as undo:
        bound = ["--master", "--master-bind-host", LOOPBACK, "--master-bind-port", port]
        master = start(
            f"{NAME}'s master",
            "locust",
            [*argv, *bound, "--expect-workers", str(plan.workers)],
            Handover(part_of(folder, None), run, plan),
        )
        undo.enter_context(master)
        # Its own copy of the scenario: what a master hands out would be a copy without its neighbours.
        joined = [*_scenario(plan), "--worker", "--master-host", LOOPBACK, "--master-port", port]
        workers = [
            undo.enter_context(
                start(
                    f"{NAME} {worker + 1}",
                    f"locust-{worker + 1}",
                    joined,
                    Handover(part_of(folder, worker), run, plan, worker),
                )
            )
            for worker in range(plan.workers)
        ]
        undo.pop_all()
    return Crew(master, workers)


def _scenario(plan: LoadPlan) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(asset("locustfiles") / f"{plan.scenario}.py")]


def _arguments(profile: Profile, plan: LoadPlan) -> list[str]:
    """The command line of the process that commands, without anything secret."""
    argv = [*_scenario(plan), "--host", profile.base_url]
    # In an open scenario Locust starts the timetables only, one in each process.
    users, rate = (max(plan.workers, 1), max(plan.workers, 1)) if plan.is_open else (plan.customers, plan.spawn_rate)
    argv += ["--users", str(users), "--spawn-rate", f"{rate:.3f}"]
    if plan.web:
        # Loopback only: Locust's UI allows any origin, and whoever reaches it can start a load.
        return [*argv, *_fields(plan), "--web-host", LOOPBACK, "--web-port", str(plan.web_port)]
    return [*argv, "--headless", "--only-summary"]


def _own_end(plan: LoadPlan) -> list[str]:
    return [] if plan.web else ["--run-time", f"{math.ceil(plan.run_s)}s"]


def _free_port() -> int:
    """Locust's master cannot say which port it was given, so it is told one."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _fields(plan: LoadPlan) -> list[str]:
    """What the form of the web UI begins with."""
    argv = ["--think", f"{plan.think_s:g}", "--connections", str(plan.connections or PER_CUSTOMER)]
    if plan.arrival_rate is None:
        return argv
    poisson = ["--poisson"] if plan.spacing == "poisson" else []
    return [*argv, "--arrival-rate", f"{plan.arrival_rate:g}", *poisson, "--run-time", f"{math.ceil(plan.duration_s)}s"]

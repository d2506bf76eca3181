"""Locust as a child process: its command line and its environment. Secrets are in the second only."""

import math
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from harness.assets import asset
from harness.load.crew import Crew, Worker
from harness.load.handover import Handover
from harness.load.plan import PER_CUSTOMER, LoadPlan
from harness.processes.child import Child
from harness.processes.module import module
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
    """Starts the customers of `plan` on this machine. What Locust prints goes to logs/locust*.log in the run's
    `folder`."""
    if not plan.workers:
        argv = _arguments(profile, plan) + _own_end(plan)
        return Crew(_start(NAME, "locust", argv, profile, sinks, Handover(part_of(folder, None), run, plan)))
    port = _free_port()
    with ExitStack() as undo:
        master = undo.enter_context(_start_master(profile, plan, run, sinks, folder, LOOPBACK, port))
        joined = worker_arguments(plan, LOOPBACK, port)
        workers = []
        for worker in range(plan.workers):
            handover = Handover(part_of(folder, worker), run, plan, worker)
            child = _start(f"{NAME} {worker + 1}", f"locust-{worker + 1}", joined, profile, sinks, handover)
            workers.append(undo.enter_context(child))
        undo.pop_all()
    return Crew(master, workers)


def lead(
    profile: Profile,
    plan: LoadPlan,
    run: str,
    sinks: Sinks,
    folder: Path,
    workers: Sequence[Worker],
    listen: tuple[str, int],
) -> Crew:
    """Starts a master for `workers` that are started elsewhere, and reach it where it is to `listen`."""
    return Crew(_start_master(profile, plan, run, sinks, folder, *listen), workers)


def worker_arguments(plan: LoadPlan, host: str, port: int) -> list[str]:
    """The command line of a worker whose master listens there."""
    # Its own copy of the scenario: what a master hands out would be a copy without its neighbours.
    return [*_scenario(plan), "--worker", "--master-host", host, "--master-port", str(port)]


def _start_master(
    profile: Profile, plan: LoadPlan, run: str, sinks: Sinks, folder: Path, host: str, port: int
) -> Child:
    bound = ["--master", "--master-bind-host", host, "--master-bind-port", str(port)]
    argv = [*_arguments(profile, plan), *bound, "--expect-workers", str(plan.workers)]
    return _start(f"{NAME}'s master", "locust", argv, profile, sinks, Handover(part_of(folder, None), run, plan))


def _start(name: str, log: str, argv: list[str], profile: Profile, sinks: Sinks, handover: Handover) -> Child:
    logs = handover.folder / LOGS
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**environment_of(profile), **sinks.environment(), **handover.environment()}
    return Child(name, argv, environment=environment, log=logs / f"{log}.log", redactor=profile.redactor)


def _scenario(plan: LoadPlan) -> list[str]:
    return module("harness.load.locust_process", "-f", str(asset("locustfiles") / f"{plan.scenario}.py"))


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
    argv += ["--when-limited", plan.when_limited]
    if plan.arrival_rate is None:
        return argv
    poisson = ["--poisson"] if plan.spacing == "poisson" else []
    return [*argv, "--arrival-rate", f"{plan.arrival_rate:g}", *poisson, "--run-time", f"{math.ceil(plan.duration_s)}s"]

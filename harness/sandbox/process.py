"""A sandbox as a process of its own: started, announced, and ended by a signal."""

import asyncio
import gc
import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.log_file import kept_in
from harness.sandbox.sandbox import Running, running

# Files that are open beside clients' connections: webhook calls, listening sockets, logs.
OTHER_FILES = 1024


def serve(config: Config, console: Console, started: Callable[[Running], None], log_file: Path | None = None) -> None:
    """Runs a sandbox until SIGINT or SIGTERM. `started` is called once it answers.

    Raises OSError when it cannot listen or write its log, and ValueError for a fault or a variant that there is not.
    """
    connections = _connections(config.bounds.connections)
    config = replace(config, bounds=replace(config.bounds, connections=connections))
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(config, console, started, log_file))


async def _serve(config: Config, console: Console, started: Callable[[Running], None], log_file: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(config, console) as sandbox, kept_in(log_file, sandbox.truth):
        # What is here now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        started(sandbox)
        await stop.wait()


def _connections(wanted: int) -> int:
    """How many connections the limit on open files leaves, after it was raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(64, min(wanted, soft - OTHER_FILES))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop's where it can be had: a third faster."""
    try:
        import uvloop  # noqa: PLC0415 - there may be none
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop

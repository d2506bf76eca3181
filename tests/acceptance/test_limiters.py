"""`harness limits` on limiters that are not ours: nginx, two of Node's, two of Python's, on real sockets.

What each of them is stands in their documentation and source; the numbers are drawn anew for every run, and told where
one fails. All servers and all inquiries go on at once, for they mostly wait.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import environment
from tests.acceptance.limiters.nginx import configuration

pytestmark = [pytest.mark.slow, pytest.mark.quiet]

HERE = Path(__file__).parent
START_S, PATIENCE_S = 30.0, 420.0
# nginx takes a rate: so many times the number that is a window elsewhere.
RATE = 3


@dataclass(frozen=True)
class Numbers:
    """What a limiter is given: requests, seconds, seconds."""

    limit: int
    window_s: int
    block_s: int


@dataclass(frozen=True)
class Case:
    """A server, and what it is. `start` gets a folder, a port and the numbers, and yields when it listens."""

    start: Callable[[Path, int, Numbers], Any]
    family: str
    quota: Callable[[Numbers], int]
    window_s: Callable[[Numbers], float] | None = None
    rate: Callable[[Numbers], float] | None = None
    block_s: Callable[[Numbers], float] | None = None


def python(kind: str) -> Callable[[Path, int, Numbers], Any]:
    return lambda folder, port, numbers: process(
        [
            sys.executable,
            "-m",
            "tests.acceptance.limiters.api",
            str(port),
            kind,
            str(numbers.limit),
            str(numbers.window_s),
        ],
        port,
        folder,
    )


def node(kind: str, *, block: bool = False) -> Callable[[Path, int, Numbers], Any]:
    return lambda folder, port, numbers: process(
        ["node", str(HERE / "limiters" / "limited.js"), str(port), kind, str(numbers.limit), str(numbers.window_s)]
        + ([str(numbers.block_s)] if block else []),
        port,
        folder,
    )


def nginx(*, delay: bool) -> Callable[[Path, int, Numbers], Any]:
    @contextmanager
    def start(folder: Path, port: int, numbers: Numbers) -> Iterator[None]:
        upstream = free_port()
        file = configuration(folder, port, upstream, RATE * numbers.window_s, numbers.limit, delay=delay)
        with (
            python("none")(folder, upstream, numbers),
            process(["nginx", "-c", str(file), "-p", str(folder)], port, folder),
        ):
            yield

    return start


PYTHON = {
    "limits, fixed": Case(python("limits-fixed"), "fixed_window_first_hit", lambda n: n.limit, lambda n: n.window_s),
    "limits, moving": Case(python("limits-moving"), "sliding_log", lambda n: n.limit, lambda n: n.window_s),
    "limits, sliding counter": Case(
        python("limits-sliding"), "sliding_counter", lambda n: n.limit, lambda n: n.window_s
    ),
    "pyrate-limiter": Case(python("pyrate"), "sliding_log", lambda n: n.limit, lambda n: n.window_s),
    "pyrate-limiter, fixed": Case(
        python("pyrate-fixed"), "fixed_window_aligned", lambda n: n.limit, lambda n: n.window_s
    ),
}
NODE = {
    "express-rate-limit": Case(node("express"), "fixed_window_first_hit", lambda n: n.limit, lambda n: n.window_s),
    "rate-limiter-flexible": Case(node("flexible"), "fixed_window_first_hit", lambda n: n.limit, lambda n: n.window_s),
    "rate-limiter-flexible, block": Case(
        node("flexible", block=True),
        "penalty_block",
        lambda n: n.limit,
        lambda n: n.window_s,
        None,
        lambda n: n.block_s,
    ),
}
# Its burst comes on top of the one that is always let in.
NGINX = {
    "nginx, nodelay": Case(
        nginx(delay=False), "token_bucket", lambda n: n.limit + 1, None, lambda n: RATE * n.window_s
    ),
    "nginx": Case(nginx(delay=True), "queueing_bucket", lambda n: n.limit + 1, None, lambda n: RATE * n.window_s),
}


def numbers_of(name: str, seed: int) -> Numbers:
    draw = random.Random(f"{seed}:{name}")
    return Numbers(draw.randint(4, 20), draw.randint(2, 3), draw.randint(2, 3))


def node_has(package: str) -> bool:
    homes = [Path(folder) for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    return shutil.which("node") is not None and any((home / package / "package.json").exists() for home in homes)


def available() -> dict[str, Case]:
    """Those that this machine can start. The Python ones are always there."""
    found = dict(PYTHON)
    if all(node_has(package) for package in ("express", "express-rate-limit", "rate-limiter-flexible")):
        found |= NODE
    return found | (NGINX if shutil.which("nginx") else {})


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What was said of each, all at once: the part `limits` of the result."""
    seed = int(os.environ.get("LIMITERS_SEED", random.SystemRandom().randrange(10**6)))
    with ExitStack() as stack:
        inquiries = {}
        for name, case in available().items():
            folder, port = tmp_path_factory.mktemp("limiter"), free_port()
            numbers = numbers_of(name, seed)
            stack.enter_context(case.start(folder, port, numbers))
            inquiries[name] = numbers, folder, inquiry(folder, port)
        return {
            name: {**result(folder, process), "numbers": numbers, "seed": seed}
            for name, (numbers, folder, process) in inquiries.items()
        }


def inquiry(folder: Path, port: int) -> subprocess.Popen[str]:
    argv = [
        "limits",
        "--base-url",
        f"http://127.0.0.1:{port}",
        "--client-id",
        "a-client",
        "--report",
        str(folder / "report"),
    ]
    secrets = {"HARNESS_API_KEY": "one-key", "HARNESS_OTHER_API_KEY": "other-key"}
    return subprocess.Popen(
        [sys.executable, "-m", "harness", *argv, "--other-client-id", "b-client"],
        env=environment(**secrets),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )


def result(folder: Path, process: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    limits: dict[str, Any] = json.loads((folder / "report" / "result.json").read_text())["limits"]
    return limits


@contextmanager
def process(argv: list[str], port: int, folder: Path) -> Iterator[None]:
    with (folder / f"{port}.log").open("wb") as log:
        running = subprocess.Popen(argv, stdout=log, stderr=log, cwd=HERE.parents[1])
        try:
            deadline = time.monotonic() + START_S
            while not listens(port):
                assert running.poll() is None, (folder / f"{port}.log").read_text()
                assert time.monotonic() < deadline, (folder / f"{port}.log").read_text()
                time.sleep(0.05)
            yield
        finally:
            running.terminate()
            running.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.parametrize("name", [*PYTHON, *NODE, *NGINX])
def test_a_limiter_that_is_not_ours_is_identified(found: dict[str, dict[str, Any]], name: str) -> None:
    if name not in found:
        pytest.skip("it is not installed: see .ci/run")
    case, limits = {**PYTHON, **NODE, **NGINX}[name], found[name]
    numbers = limits["numbers"]
    again = f"{numbers}; again with LIMITERS_SEED={limits['seed']}; found {limits['algorithm']}, {limits['confidence']}"
    assert case.family in limits["algorithm"].split("|"), again
    assert limits["quota"] == case.quota(numbers), again
    if case.window_s:
        assert limits["window_s"] == pytest.approx(case.window_s(numbers), rel=0.03)
    if case.rate:
        assert limits["sustainable_per_s"] == pytest.approx(case.rate(numbers), rel=0.03)
    if case.block_s:
        assert limits["block_s"] == pytest.approx(case.block_s(numbers), rel=0.03)
    assert limits["scope"] == "key"

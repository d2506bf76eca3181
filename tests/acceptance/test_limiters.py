"""`harness limits` on limiters that are not ours: nginx, two of Node's, two of Python's, on real sockets.

What each of them is stands in their documentation and source; the numbers are drawn anew for every run, and told where
one fails. The servers of a kind and the inquiries into them go on at once, for they mostly wait.
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

pytestmark = pytest.mark.slow

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
    # Of the window, relative to it: a block hides it, so that each look at it costs a whole quota.
    window_off: float = 0.03


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
        0.12,
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
    return Numbers(draw.randint(4, 12), draw.randint(2, 3), draw.randint(1, 2))


def node_has(package: str) -> bool:
    homes = [Path(folder) for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    return shutil.which("node") is not None and any((home / package / "package.json").exists() for home in homes)


def why_not(kind: str) -> str | None:
    """What is missing on this machine; the Python ones are always there."""
    packages = ("express", "express-rate-limit", "rate-limiter-flexible")
    if kind == "node" and not all(node_has(package) for package in packages):
        return f"npm install {' '.join(packages)}, and NODE_PATH=.../node_modules"
    if kind == "nginx" and shutil.which("nginx") is None:
        return "there is no nginx: apt-get install nginx-light"
    return None


def found(cases: dict[str, Case], seed: int, folder: Path) -> dict[str, tuple[Numbers, dict[str, Any]]]:
    """What was said of each, all at once: the part `limits` of the result."""
    with ExitStack() as stack:
        inquiries = {}
        for name, case in cases.items():
            own, port, numbers = folder / name.replace(", ", "-"), free_port(), numbers_of(name, seed)
            own.mkdir(parents=True)
            stack.enter_context(case.start(own, port, numbers))
            inquiries[name] = numbers, own, inquiry(own, port)
        return {name: (numbers, result(own, process)) for name, (numbers, own, process) in inquiries.items()}


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


def near(truth: float, off: float = 0.03) -> Any:
    return pytest.approx(truth, rel=off)


def wrong(case: Case, numbers: Numbers, limits: dict[str, Any]) -> list[str]:
    """What was not found as it is, in words."""
    told = [
        ("algorithm", case.family in (limits["algorithm"] or "").split("|")),
        ("quota", limits["quota"] == case.quota(numbers)),
        ("window_s", not case.window_s or limits["window_s"] == near(case.window_s(numbers), case.window_off)),
        (
            "sustainable_per_s",
            not case.rate or limits["sustainable_per_s"] == near(case.rate(numbers)),
        ),
        ("block_s", not case.block_s or limits["block_s"] == near(case.block_s(numbers))),
        ("scope", limits["scope"] == "key"),
    ]
    return [f"{what}: {limits[what]}" for what, right in told if not right]


@pytest.mark.parametrize(("kind", "cases"), [("python", PYTHON), ("node", NODE), ("nginx", NGINX)])
def test_limiters_that_are_not_ours_are_identified(kind: str, cases: dict[str, Case], tmp_path: Path) -> None:
    if (missing := why_not(kind)) is not None:
        pytest.skip(missing)
    seed = int(os.environ.get("LIMITERS_SEED", random.SystemRandom().randrange(10**6)))
    left = cases
    for attempt in ("first", "second"):  # an answer is right about 98 times in 100, and there are ten of them
        answers = found(left, seed, tmp_path / attempt)
        amiss = {name: wrong(cases[name], *answer) for name, answer in answers.items()}
        left = {name: cases[name] for name, problems in amiss.items() if problems}
        if not left:
            return
    pytest.fail(f"{amiss}; again with LIMITERS_SEED={seed}")

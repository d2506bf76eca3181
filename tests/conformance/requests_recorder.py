"""A pytest plugin for contracts/: writes down every request that the checks send, one JSON array a line.

pytest contracts -p tests.conformance.requests_recorder      into the file that REQUESTS names
"""

import json
import os
import threading
from pathlib import Path

import pytest

from harness.client.exchange import Answer
from harness.conformance.fixtures import WORLD

_lock = threading.Lock()
_seen: set[int] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    world = item.config.stash[WORLD]
    if id(world) not in _seen:
        _seen.add(id(world))
        world.api.observe(_write)
        world.other.observe(_write)


def _write(answer: Answer) -> None:
    request = answer.request
    line = json.dumps([request.method, request.path, request.header("authorization"), request.body.decode("latin-1")])
    with _lock, Path(os.environ["REQUESTS"]).open("a", encoding="utf-8") as file:
        file.write(line + "\n")

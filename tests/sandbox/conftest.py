"""A sandbox that all tests of plain behaviour share, reset before each; and a way to start one with options."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.process import QUICK, SandboxProcess
from tests.sandbox.receiver import Receiver


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox"), *QUICK, "--late-delay", "0.6") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> SandboxProcess:
    shared_sandbox.control.post("/reset", json={}).raise_for_status()
    return shared_sandbox


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., SandboxProcess]]:
    with ExitStack() as stack:

        def start(*options: str, **keywords: Any) -> SandboxProcess:
            return stack.enter_context(SandboxProcess(tmp_path, *options, **keywords))

        yield start


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver

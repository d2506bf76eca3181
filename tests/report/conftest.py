"""The report of each kind of run, written once and read by many tests."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.write import write_report
from tests.report.cases import CASES


@pytest.fixture(scope="session")
def journal_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder that holds the journal of a case, by its name. All workers share it: the first who needs it makes it,
    since some take seconds. Nobody may change it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "journals"
    shared.mkdir(exist_ok=True)

    def folder_of(name: str) -> Path:
        folder, unfinished = shared / name, shared / f"{name}.unfinished"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                CASES[name](unfinished)
                unfinished.rename(folder)
        return folder

    return folder_of


@pytest.fixture(scope="session")
def report_of(tmp_path_factory: pytest.TempPathFactory, journal_of: Callable[[str], Path]) -> Callable[[str], Path]:
    """The folder that holds the report of a case, by its name."""
    written: dict[str, Path] = {}

    def folder_of(name: str) -> Path:
        if name not in written:
            folder = tmp_path_factory.mktemp(name)
            shutil.copytree(journal_of(name), folder, dirs_exist_ok=True)
            write_report(folder)
            written[name] = folder
        return written[name]

    return folder_of

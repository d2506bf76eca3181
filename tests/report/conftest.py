"""The report of each kind of run, written once and read by many tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.write import write_report
from tests.report.cases import CASES


@pytest.fixture(scope="session")
def report_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder that holds the report of a case, by its name."""
    written: dict[str, Path] = {}

    def folder_of(name: str) -> Path:
        if name not in written:
            folder = tmp_path_factory.mktemp(name)
            CASES[name](folder)
            write_report(folder)
            written[name] = folder
        return written[name]

    return folder_of

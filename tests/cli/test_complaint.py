"""What a person at the terminal sees of an error: one line and its exit code, or a defect as what it is."""

import errno
import os

import pytest

from harness.cli.complaint import errors_told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_without_room_is_one_line_and_no_verdict(number, capsys):
    with pytest.raises(SystemExit) as ended, errors_told():
        raise OSError(number, os.strerror(number))
    assert ended.value.code == 3
    assert os.strerror(number) in capsys.readouterr().err


def test_any_other_error_of_the_system_is_a_defect():
    with pytest.raises(PermissionError), errors_told():
        raise PermissionError(errno.EACCES, "no")

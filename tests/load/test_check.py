"""A load run that cannot be what it is asked to be is refused before anything of it is there."""

import socket
from dataclasses import replace

import pytest

from harness.errors import UsageError
from harness.load.check import check
from harness.load.plan import LoadPlan
from tests.load.running import profile_for

WEB = LoadPlan(web=True)
PROFILE = profile_for("http://127.0.0.1:9")


def test_a_port_for_the_web_ui_that_is_taken_is_refused_and_a_free_one_is_not(unused_port: int):
    plan = replace(WEB, web_port=unused_port)
    check(PROFILE, plan)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", unused_port))
        taken.listen()

        with pytest.raises(UsageError, match=rf"--web-port {unused_port}: .*in use; give another"):
            check(PROFILE, plan)

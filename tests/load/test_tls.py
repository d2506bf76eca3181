"""The key travels only to a server whose certificate is trusted and is the host's own."""

from pathlib import Path

import pytest

from harness.errors import TargetUnreachable
from harness.events import Failed, Sent
from harness.journal import in_time
from harness.load.generator import start_locust
from harness.load.plan import LoadPlan
from harness.recording.reader import read_run
from harness.sink.sinks import Sinks
from tests.load.running import KEY, PATIENCE_S, carry_out, profile_for
from tests.load.tls import CERTIFICATE, TlsServer

PLAN = LoadPlan(customers=3, duration_s=1, think_s=0.1)


def failures_of_customers(host: str, server: TlsServer, folder: Path) -> set[str]:
    """Why the customers' requests failed, all of them, with no registration before that could fail instead."""
    profile = profile_for(f"https://{host}:{server.port}")
    with (
        Sinks.start(profile, folder, "run-1", "load") as sinks,
        start_locust(profile, PLAN, "run-1", sinks, folder) as locust,
    ):
        assert locust.main.wait(PATIENCE_S) == 0
    events = list(in_time(read_run(folder), "load"))
    failed = [event for event in events if isinstance(event, Failed)]
    assert len(failed) == sum(isinstance(event, Sent) for event in events) > 0
    return {event.reason for event in failed}


def test_customers_send_no_key_to_a_server_with_an_untrusted_certificate(tmp_path: Path):
    with TlsServer() as server:
        reasons = failures_of_customers("localhost", server, tmp_path)

    assert reasons == {"TLS: the certificate is not trusted"}
    assert server.calls > 0
    assert server.heard == b""


def test_customers_send_no_key_to_a_server_that_is_another_than_the_certificate_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with TlsServer() as server:
        reasons = failures_of_customers("127.0.0.1", server, tmp_path)

    assert reasons == {"TLS: the certificate is not trusted"}
    assert server.heard == b""


def test_customers_speak_to_a_server_whose_certificate_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with TlsServer() as server:
        reasons = failures_of_customers("localhost", server, tmp_path)

    assert reasons == {"HTTP 500"}
    assert f"Authorization: Bearer {KEY}".encode() in server.heard


def test_a_run_against_an_untrusted_certificate_does_not_begin(tmp_path: Path):
    with TlsServer() as server:
        run = carry_out(profile_for(f"https://localhost:{server.port}"), tmp_path, PLAN)

    assert isinstance(run.error, TargetUnreachable)
    assert "certificate" in str(run.error)
    assert server.heard == b""

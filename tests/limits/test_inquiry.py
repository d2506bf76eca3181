"""`harness limits` over HTTP: whose quota it is, what it tells of itself, what it costs, and how it ends."""

import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from harness.client.exchange import Answer, Request
from harness.dialects import claim_of
from harness.identification.answer import Identification, Layer
from harness.limits.found import found as found_of
from harness.limits.inquiry import Findings, _unsure
from harness.limits.seen import Seen
from harness.limits.subject import Subject
from harness.report.limits import sentence, unanswered
from tests.acceptance.command import running, until
from tests.limits.conftest import TENANTS, environment_of

# A window of one request after the other is soon known.
SWIFT = "first-hit-window limit=3 window=400ms"


def logged(target, least):
    """Requests that came to the sandbox, once as many as expected are in its log, which it writes in its own time."""
    return until(lambda: count if (count := target.asked()) >= least else None)


@pytest.mark.parametrize("scope", ["key", "global", "address"])
def test_whose_quota_it_is(sandbox, inquire, scope):
    found = inquire(sandbox("--limiter", f"{SWIFT} scope={scope}").environment, "--most-requests", "200")
    assert found.code == 0, found.said
    assert "fixed_window_first_hit" in found.limits["algorithm"].split("|")
    assert found.limits["quota"] == 3
    assert found.limits["scope"] == scope


def test_what_a_refusal_looks_like_and_what_it_claims(sandbox, inquire):
    target = sandbox("--limiter", f"{SWIFT} status=503 headers=x-ratelimit retry-after=late")
    found = inquire(target.environment, "--most-requests", "100").limits
    assert set(found["refusal"]["statuses"]) == {"503"}
    assert "X-RateLimit-*" in found["headers"]["dialects"]
    assert found["retry_after"]["needless"] > 0


def test_where_each_refused_request_begins_a_block_anew_a_promise_is_for_who_is_silent_until_then(sandbox, inquire):
    target = sandbox("--limiter", "penalty-block limit=3 window=400ms block=300ms renewed=yes")
    found = inquire(target.environment, "--most-requests", "400").limits
    assert (found["algorithm"], found["quota"], found["block_renewed"]) == ("penalty_block", 3, True)
    assert found["block_s"] == pytest.approx(0.3, rel=0.1)
    assert found["counts_rejected"] is True
    assert found["retry_after"]["kept"] > 0
    assert found["retry_after"]["early"] == 0


def test_a_request_that_refutes_a_family_is_told_by_the_second_at_which_the_report_has_it(sandbox, inquire):
    target = sandbox("--limiter", "fixed-window limit=4 window=300ms")
    found = inquire(target.environment, "--most-requests", "120").limits
    assert found["refuted"]
    for each in found["refuted"]:
        number, seconds = re.match(r"request (\d+), ([\d.]+) s after the first", each["words"]).groups()
        request = found["requests"][found["trace"][int(number) - 1]]
        assert request["sent_s"] == pytest.approx(float(seconds), abs=0.001)


def test_the_cap_is_never_exceeded_and_what_it_left_undone_is_told(sandbox, inquire):
    target = sandbox("--limiter", "sliding-log limit=10 window=3s")
    found = inquire(target.environment, "--most-requests", "60", "--most-time", "15s")
    assert found.code == 0, found.said
    assert logged(target, found.limits["requests_spent"]) == found.limits["requests_spent"] <= 60
    assert found.limits["left_undone"]


def test_progress_shows_what_of_the_cap_is_spent(sandbox, inquire):
    said = inquire(sandbox().environment, "--most-requests", "60", "--most-time", "15s").said
    assert re.search(r"^limits: \d+ of 60 requests, \d+ of 15 s · \d+ let in, \d+ refused · ", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("first", "second", "unsure"),
    [(0.97, None, False), (0.9, None, False), (0.75, None, True), (0.97, 0.5, True), (0.0, None, True)],
)
def test_an_answer_that_is_sure_enough_is_not_told_to_lack_a_surer_one(first, second, unsure):
    layer = Layer(("sliding_log",), {}, {}, second, None, 0, 0.0, 0.0) if second is not None else None
    assert _unsure(Identification(True, confidence=first, behind=layer)) is unsure


def test_without_a_limiter_it_says_how_far_it_was_tried(sandbox, inquire):
    target = sandbox()
    found = inquire(target.environment, "--most-requests", "120")
    assert found.code == 0
    assert found.limits["limited"] is False
    none = found.limits["none_seen"]["requests"]
    assert logged(target, none) == none
    assert "no limit was seen up to" in found.said.lower()


def test_what_got_no_answer_is_told_where_no_limit_was_seen():
    request = Request("POST", "/v1/sessions/none/messages")
    answers = [Answer(request, 404), Answer(request, 500), Answer(request, failure="the connection was reset")]
    claim, subject = claim_of((), 0.0), Subject("unknown")
    seen = [Seen(n, n, subject, "", n, n, answer, None, claim) for n, answer in enumerate(answers)]
    limits = found_of(Findings(seen))
    none = limits["none_seen"]
    assert (none["answered"], none["unanswered"], none["failed"]) == (2, 1, 1)
    assert sentence(limits).endswith(
        "but 1 got no answer and 1 got an error of the server, which may be how it refuses; "
        "2 answers are too few to tell"
    )


def test_a_refusal_is_shown_with_every_value_of_a_header_that_came_several_times():
    headers = (("Retry-After", "1"), ("Content-Type", "text/plain"), ("retry-after", "30"), ("Retry-After", "bogus"))
    answer = Answer(Request("POST", "/v1/sessions/none/messages"), 429, headers)
    limits = found_of(Findings([Seen(0, 0, Subject("unknown"), "", 0, 0, answer, 1.0, claim_of(headers, 0.0))]))
    assert limits["refusal"]["headers"] == {"Retry-After": "1, 30, bogus", "Content-Type": "text/plain"}


def test_all_that_got_no_answer_is_counted_however_many_reasons_there_were():
    request, claim, subject = Request("POST", "/v1/sessions/none/messages"), claim_of((), 0.0), Subject("unknown")
    answers = [Answer(request, 429), *(Answer(request, failure=f"reason {number}") for number in range(9))]
    limits = found_of(Findings([Seen(n, n, subject, "", n, n, each, None, claim) for n, each in enumerate(answers)]))
    assert sum(limits["unanswered"].values()) == 9
    assert unanswered(limits).startswith("none came to 9 requests")


def test_a_target_that_is_not_there_could_not_be_asked(inquire):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = inquire(environment_of(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert found.code == 3
    assert "cannot be reached" in found.said


def test_wrong_credentials_are_told_as_such(sandbox, inquire):
    found = inquire(sandbox("--limiter", SWIFT).environment | {"HARNESS_API_KEY": "not-the-key-at-all"})
    assert found.code == 3
    assert "not-the-key-at-all" not in found.said + (found.folder / "journal.ndjson").read_text()


def test_a_client_id_of_another_key_is_told_as_the_doctor_tells_it(sandbox, inquire):
    found = inquire(sandbox().environment | {"HARNESS_CLIENT_ID": "of-somebody-else"})
    assert found.code == 3
    assert found.said.count("check HARNESS_API_KEY and --client-id: they belong together") == 1


def test_a_path_that_gives_no_session_is_not_taken_for_a_target_without_a_limit(sandbox, inquire):
    environment = sandbox("--limiter", SWIFT).environment
    found = inquire(environment | {"HARNESS_BASE_URL": f"{environment['HARNESS_BASE_URL']}/v1"})
    assert found.code == 3, found.said
    assert "no limit" not in found.said.lower()
    assert found.said.count("is --base-url without /v1") == 1


def test_a_session_that_fails_to_be_created_once_is_asked_for_again(inquire):
    with serving(Hesitant) as server:
        found = inquire(environment_of(f"http://127.0.0.1:{server.server_port}"), "--most-requests", "60")
    assert found.code == 0, found.said
    assert found.limits["limited"] is False


def test_no_key_stands_in_anything_that_was_written(sandbox, inquire):
    found = inquire(sandbox("--limiter", SWIFT).environment, "--most-requests", "120")
    written = found.said + "".join(path.read_text(errors="replace") for path in found.folder.iterdir())
    for tenant in TENANTS:
        assert tenant["api_key"] not in written


class Garbage(BaseHTTPRequestHandler):
    """An answer of HTTP that is no answer of this API, with fields that are no numbers. One of `each` is a 429."""

    protocol_version = "HTTP/1.1"
    each = 3
    fields: ClassVar = dict.fromkeys(("Retry-After", "RateLimit", "X-RateLimit-Reset"), "nan, inf; -1e999 \x7f q=")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(429 if self.server.asked % self.each == self.each - 1 else 200)
        self.server.asked += 1
        for name, value in self.fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "9")
        self.end_headers()
        self.wfile.write(b"<html>\xff\xfe\x00")

    def log_message(self, *_):
        pass


class Timeless(Garbage):
    """A clock that names no zone, and a date by it. `date_time_string` makes the usual Date."""

    fields: ClassVar = {"Retry-After": "Wed, 21 Oct 2015 07:28:01 GMT"}

    def date_time_string(self, timestamp=None):
        return "Wed, 21 Oct 2015 07:28:00 -0000"


class Shut(Garbage):
    """Lets nobody in, and asks for more patience than the budget has."""

    each = 1
    fields: ClassVar = {"Retry-After": "30"}


class Hasty(Shut):
    """Lets nobody in either, and says each time to come back at once."""

    fields: ClassVar = {"Retry-After": "0"}


class Bygone(Shut):
    """Likewise, by a date that is long past."""

    fields: ClassVar = {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}


class Hesitant(Garbage):
    """Fails at first, and then gives sessions, and takes everything."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200 if self.server.asked else 500)
        self.server.asked += 1
        self.send_header("Content-Length", "18")
        self.end_headers()
        self.wfile.write(b'{"sessionId": "s"}')


class Forgetful(Garbage):
    """Five in any second; of those, one in forty counts and is never answered."""

    lock = threading.Lock()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            self.server.asked += 1
            let_in = self._lets_in(time.monotonic())
        if let_in and len(self.server.let_in) % 40 == 20:
            self.close_connection = True
            return
        body = b'{"sessionId": "s"}' if let_in else b"{}"
        self.send_response(200 if let_in else 429)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _lets_in(self, now):
        let_in = sum(at > now - 1.0 for at in self.server.let_in) < 5
        self.server.let_in += [now] if let_in else []
        return let_in


class Banning(Forgetful):
    """Six in a window from the first of them; whom it has refused three times, it then turns away until it ends."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            self.server.asked += 1
            now = time.monotonic()
            if not self.server.let_in or now >= self.server.let_in[0] + 0.6:
                self.server.let_in = [now]
            else:
                self.server.let_in.append(now)
            count = len(self.server.let_in)
        self.send_response(200 if count <= 6 else 429 if count <= 9 else 403)
        self.send_header("Content-Length", "18")
        self.end_headers()
        self.wfile.write(b'{"sessionId": "s"}')


class Dying(Forgetful):
    """Answers nobody any more after so many."""

    def do_POST(self):
        if self.server.asked < 60:
            super().do_POST()
        self.close_connection = True


@contextmanager
def serving(handler: type[Garbage]) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked, server.let_in = 0, []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=[Garbage, Timeless, Shut])
def garbage(request) -> Iterator[str]:
    with serving(request.param) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_target_that_answers_garbage_is_reported(garbage, inquire):
    found = inquire(environment_of(garbage), "--most-requests", "60", "--most-time", "20s")
    assert found.code in (0, 3), found.said
    assert "Traceback" not in found.said
    assert found.limits["requests"]
    assert (found.folder / "report.html").exists()


def test_what_was_counted_and_never_answered_is_no_sign_of_another_limiter(inquire):
    with serving(Forgetful) as server:
        found = inquire(environment_of(f"http://127.0.0.1:{server.server_port}"), "--most-requests", "150")
    assert found.code == 0, found.said
    assert "sliding_log" in found.limits["algorithm"].split("|")
    assert (found.limits["quota"], found.limits["behind"]["found"]) == (5, None)
    lost = sum(each["verdict"] == "unknown" for each in found.limits["requests"])
    assert sum(found.limits["unanswered"].values()) == lost > 0
    assert f"No answer: none came to {lost} request" in found.said


def test_who_is_turned_away_for_having_been_refused_too_often_is_refused(inquire):
    with serving(Banning) as server:
        found = inquire(environment_of(f"http://127.0.0.1:{server.server_port}"), "--most-requests", "300")
    assert found.code == 0, found.said
    assert "fixed_window_first_hit" in found.limits["algorithm"].split("|")
    assert found.limits["quota"] == 6
    assert found.limits["window_s"] == pytest.approx(0.6, rel=0.05)
    assert {*found.limits["refusal"]["statuses"]} == {"429", "403"}
    # A message is asked for the first time while the key is turned away: it shares the quota all the same.
    assert found.limits["probe"]["request"] == "a message to a session that does not exist"


def test_what_was_found_of_a_target_before_it_was_gone_is_in_the_report(inquire):
    with serving(Dying) as server:
        found = inquire(environment_of(f"http://127.0.0.1:{server.server_port}"), "--most-requests", "300")
    assert found.code == 3, found.said
    assert "answers no more" in found.said
    assert found.limits["limited"] is True
    assert found.limits["nearest"] is not None
    assert "Refusal: HTTP 429" in found.said


@pytest.mark.parametrize("target", [Hasty, Bygone])
def test_a_target_that_lets_nobody_in_and_says_come_back_at_once_is_soon_left_alone(target, inquire):
    with serving(target) as server:
        found = inquire(environment_of(f"http://127.0.0.1:{server.server_port}"), "--most-time", "10s")
    assert found.code == 3, found.said
    assert "limits the very first request (HTTP 429)" in found.said
    assert server.asked <= 6


def test_ctrl_c_leaves_a_report_of_what_was_seen(sandbox, tmp_path):
    environment = sandbox("--limiter", "sliding-log limit=9 window=30s").environment
    with running(tmp_path / "report", "limits", **environment) as run:
        until(lambda: run.events("asked") > 20)
        run.process.send_signal(signal.SIGINT)
        code, said = run.finish()
    assert code == 130, said
    limits = run.result()["limits"]
    assert limits["limited"] is True
    assert len(limits["requests"]) >= 20

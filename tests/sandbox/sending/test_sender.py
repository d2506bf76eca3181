"""How a webhook is called: over connections that are used again, and with a reason where it does not answer."""

import asyncio

import pytest
from yarl import URL

from harness.sandbox.calls import Call
from harness.sandbox.sending.policy import SenderPolicy
from harness.sandbox.sending.sender import LONGEST_WAIT_S, NotDelivered, Sender
from tests.sandbox.listening import listening

PATIENCE_S = 20.0


class Webhook:
    """A server that answers each call with the next of the bytes given, and closes after the last piece if told so."""

    def __init__(self, *answers, close=False):
        self.connections = 0
        self._answers = list(answers)
        self._close = close

    async def serve(self, reader, writer):
        self.connections += 1
        while await reader.read(65536):
            writer.write(self._answers.pop(0))
            await writer.drain()
            if self._close:
                return


def post_to(webhook, calls=1, timeout_s=5.0, *, follows=False):
    """The statuses of so many calls, one after the other."""
    return [answered.status for answered in answers_to(webhook, calls, timeout_s, follows=follows)]


def answers_to(webhook, calls=1, timeout_s=5.0, *, follows=False):
    async def main():
        async with (
            listening(webhook.serve) as port,
            Sender(SenderPolicy(timeout_s=timeout_s, follows_redirects=follows), allow_remote=False) as sender,
        ):
            url = URL(f"http://127.0.0.1:{port}/hook")
            return [await asyncio.wait_for(sender.make(Call(url, b"{}")), PATIENCE_S) for _ in range(calls)]

    return asyncio.run(main())


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def test_a_connection_is_used_again_where_that_is_safe_and_only_there():
    safe, unsafe = Webhook(OK, OK, OK), Webhook(*[OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")] * 3)

    assert post_to(safe, 3) == post_to(unsafe, 3) == [200, 200, 200]
    assert (safe.connections, unsafe.connections) == (1, 3)


def test_a_status_stands_although_its_body_never_comes():
    assert post_to(Webhook(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), timeout_s=0.3) == [200]
    assert post_to(Webhook(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx", close=True)) == [200]
    assert post_to(Webhook(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", close=True)) == [200]


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [
        (429, "3", 3),
        (503, "0", 0),
        (503, "99999999", LONGEST_WAIT_S),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT_S),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0),
        (503, "soon", None),
        (503, "-1", None),
        (500, "3", None),
    ],
)
def test_how_long_a_sender_is_asked_to_stay_away(status, asked, seconds):
    answer = f"HTTP/1.1 {status} No\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n".encode()

    assert [answered.retry_after_s for answered in answers_to(Webhook(answer))] == [seconds]


@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize("where", ["http://[", "http://a:b/", "http://h:99999/"])
def test_a_redirect_s_status_stands_although_it_points_nowhere(where, follows):
    nowhere = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()

    assert post_to(Webhook(nowhere), follows=follows) == [302]


@pytest.mark.parametrize(
    ("answer", "close", "why"),
    [
        (b"", True, "connection closed before an answer came"),
        (b"HTTP/1.1 2", True, "connection closed before an answer came"),
        (b"", False, "no answer in time"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False, "no answer in time"),
        (b"hello\r\n\r\n", False, "the answer is not HTTP"),
    ],
)
def test_a_call_without_an_answer_says_why(answer, close, why):
    with pytest.raises(NotDelivered, match=why):
        post_to(Webhook(answer, close=close), timeout_s=0.3)


def test_nothing_off_this_machine_is_called_even_if_it_was_registered():
    async def main():
        async with Sender(SenderPolicy(timeout_s=1.0), allow_remote=False) as sender:
            await sender.make(Call(URL("http://192.0.2.1/"), b"{}"))

    with pytest.raises(NotDelivered, match="not on this machine"):
        asyncio.run(main())


def test_tls_that_is_none_is_told():
    async def main():
        webhook = Webhook(b"plain text", close=True)
        async with listening(webhook.serve) as port, Sender(SenderPolicy(), allow_remote=False) as sender:
            await sender.make(Call(URL(f"https://127.0.0.1:{port}/"), b"{}"))

    with pytest.raises(NotDelivered):
        asyncio.run(main())


def test_the_head_of_a_call_is_plain_http_with_the_url_s_own_path_query_and_user():
    seen = []

    async def main():
        async def serve(reader, writer):
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(OK)
            await writer.drain()

        async with listening(serve) as port, Sender(SenderPolicy(), allow_remote=False) as sender:
            await sender.make(Call(URL(f"http://user:pass@localhost:{port}/a b/é?c=d e#f"), b"{}"))
        return port

    port = asyncio.run(main())
    request_line, *headers = seen[0].decode().split("\r\n")

    assert request_line == "POST /a%20b/%C3%A9?c=d+e HTTP/1.1"
    assert f"Host: localhost:{port}" in headers
    assert "Content-Length: 2" in headers
    assert "Authorization: Basic dXNlcjpwYXNz" in headers

"""What nobody can make the sandbox exceed: sessions, connections, time to read, replies that wait, attempts."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import aiohttp.web
import pytest

from harness.sandbox.config import Bounds, Config
from harness.sandbox.console import Console
from harness.sandbox.sandbox import running
from tests.sandbox.listening import listening, listening_for_http
from tests.sandbox.process import CLIENT_ID, KEY, OTHER_CLIENT_ID, OTHER_KEY, session_body
from tests.sandbox.site import QUICK

HEAD = f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode()
PATIENCE_S = 20.0


class Client:
    """A tenant of a sandbox in this event loop."""

    def __init__(self, sandbox, http):
        self.sandbox = sandbox
        self.http = http
        self._writers = []

    async def post(self, path, body, key=KEY):
        headers = {"Authorization": f"Bearer {key}"}
        async with self.http.post(self.sandbox.base_url + path, json=body, headers=headers) as response:
            return response.status, await response.json(), response.headers

    async def create_session(self, key=KEY, client_id=CLIENT_ID):
        return (await self.post("/v1/sessions", session_body(client_id), key))[1]["sessionId"]

    async def send(self, session_id, content="Hello world", key=KEY):
        return await self.post(f"/v1/sessions/{session_id}/messages", {"content": content}, key)

    async def connect(self):
        host, port = self.sandbox.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        self._writers.append(writer)
        return reader, writer

    async def hang_up(self):
        """Ends every connection, and sees to it that the loop has heard of it before it is closed."""
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    def log(self, kind):
        truth = self.sandbox.truth
        entries = [json.loads(line) for line in truth.lines(0, truth.last)]
        return [entry for entry in entries if entry["kind"] == kind]

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not (answer := condition()):
                await asyncio.sleep(0.01)
        return answer


@asynccontextmanager
async def client_of(config):
    async with running(config, Console(None)) as sandbox, aiohttp.ClientSession() as http:
        client = Client(sandbox, http)
        try:
            yield client
        finally:
            await client.hang_up()


def play(scenario, **options):
    """Runs a scenario against a sandbox with the options given."""

    async def main():
        async with client_of(Config(port=0, reply_median_s=0.0, **options)) as client, asyncio.timeout(60):
            await scenario(client)

    asyncio.run(main())


async def closed_port():
    """A port of loopback where nobody listens."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


def test_at_the_bound_the_session_that_idled_the_longest_goes_and_the_log_says_so():
    async def scenario(client):
        first, second, third = [await client.create_session() for _ in range(3)]
        await client.send(first)  # now the second is the longest idle
        fourth = await client.create_session()
        statuses = [(await client.send(session_id))[0] for session_id in (first, second, third, fourth)]

        assert statuses == [200, 404, 200, 200]
        assert [entry["session"] for entry in client.log("evicted")] == [second]

    play(scenario, bounds=Bounds(sessions=3))


def test_a_session_that_has_expired_goes_before_one_that_is_alive():
    async def scenario(client):
        await client.create_session()
        async with client.http.post(f"{client.sandbox.control_url}/clock", json={"advance_s": 100}) as response:
            assert response.status == 200
        alive = [await client.create_session() for _ in range(3)]

        assert [(await client.send(session_id))[0] for session_id in alive] == [200, 200, 200]
        assert client.log("evicted") == []

    play(scenario, bounds=Bounds(sessions=3), session_ttl_s=60)


@pytest.mark.parametrize("sent", [b"", b"POST", HEAD])
def test_a_connection_that_never_finishes_a_request_s_head_is_closed(sent):
    async def scenario(client):
        reader, writer = await client.connect()
        writer.write(sent)

        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        writer.close()

    play(scenario, bounds=Bounds(idle_s=0.3))


def test_a_body_that_drips_is_a_408_in_bounded_time():
    async def scenario(client):
        reader, writer = await client.connect()
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        head, _, body = answer.partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 408")
        assert json.loads(body)["status"] == 408
        writer.close()

    play(scenario, bounds=Bounds(body_s=0.3))


def test_slow_clients_keep_nobody_else_waiting():
    async def scenario(client):
        slow = [await client.connect() for _ in range(50)]
        for _, writer in slow:
            writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")

        assert (await client.post("/v1/sessions", session_body()))[0] == 200
        for _, writer in slow:
            writer.close()

    play(scenario)


def test_a_connection_over_the_bound_is_told_that_it_is_one_too_many():
    async def scenario(client):
        held = [await client.connect() for _ in range(3)]
        for _, writer in held[1:]:
            writer.write(b"POST")
        await asyncio.sleep(0)
        reader, writer = await client.connect()
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        head, _, body = answer.partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 503")
        assert b"application/json" in head
        assert json.loads(body)["status"] == 503
        for _, other in (*held, (reader, writer)):
            other.close()

    play(scenario, bounds=Bounds(connections=3))


@pytest.mark.parametrize("bounds", [Bounds(pending_replies=3), Bounds(pending_replies_per_session=3)])
def test_when_too_many_replies_wait_a_message_is_limited_rather_than_its_reply_lost(bounds):
    async def scenario(client):
        await client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{await closed_port()}/", "event": "message"})
        session_id = await client.create_session()
        answers = [await client.send(session_id) for _ in range(5)]

        assert [status for status, _, _ in answers] == [200, 200, 200, 429, 429]
        assert answers[-1][1]["errorCode"] == "rate_limited"
        assert int(answers[-1][2]["Retry-After"]) > 0
        assert len(client.log("reply")) == 3

    play(scenario, bounds=bounds)


def test_replies_that_stepped_aside_for_later_ones_still_wait_and_make_room_when_they_are_delivered():
    async def scenario(client):
        await client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{await closed_port()}/", "event": "message"})
        session_id = await client.create_session()
        for sent in range(1, 4):
            assert (await client.send(session_id))[0] == 200
            await client.until(lambda sent=sent: len({entry["reply"] for entry in client.log("attempt")}) == sent)

        assert (await client.send(session_id))[0] == 429
        assert await client.until(lambda: len(client.log("abandoned")) == 3)
        assert (await client.send(session_id))[0] == 200

    sender = replace(QUICK, schedule="constant", first_s=0.3, overtakes=True, attempts=2)
    play(scenario, bounds=Bounds(pending_replies_per_session=3), sender=sender)


@pytest.mark.parametrize("sender", [replace(QUICK, attempts=3), replace(QUICK, give_up_s=0.05)])
def test_a_reply_that_no_attempt_delivered_is_abandoned_with_a_reason_and_the_next_goes_on(sender):
    async def scenario(client):
        await client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{await closed_port()}/", "event": "message"})
        session_id = await client.create_session()
        await client.send(session_id)
        await client.send(session_id)
        first, second = await client.until(lambda: len(log := client.log("abandoned")) == 2 and log)
        attempts = client.log("attempt")

        assert first["reply"] < second["reply"]
        assert first["tenant"] == CLIENT_ID
        assert f"in {first['attempts']} attempts" in first["reason"]
        assert len([entry for entry in attempts if entry["reply"] == first["reply"]]) == first["attempts"] >= 2
        assert {entry["error"] for entry in attempts} == {"connection refused"}

    play(scenario, sender=sender)


def test_one_tenants_webhook_that_hangs_takes_no_slot_from_anothers():
    async def hang(reader, writer):
        await reader.read()

    async def scenario(client):
        async with listening(hang) as port:
            await client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{port}/", "event": "message"})
            for _ in range(4):  # more than there are slots
                await client.send(await client.create_session())
            session_id = await client.create_session(OTHER_KEY, OTHER_CLIENT_ID)
            assert (await client.send(session_id, key=OTHER_KEY))[0] == 200

            # With no webhook of its own, the other tenant's reply is dropped: it got its turn.
            (dropped,) = await client.until(lambda: client.log("abandoned"))
            assert dropped["session"] == session_id
            assert client.log("attempt") == []

    play(scenario, bounds=Bounds(deliveries_per_tenant=2), sender=replace(QUICK, timeout_s=30.0))


def test_no_more_calls_than_there_are_slots_are_under_way_at_once():
    async def scenario(client):
        now, most = 0, 0

        async def count(request):
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.02)
            now -= 1
            return aiohttp.web.Response()

        async with listening_for_http(count) as port:
            await client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{port}/", "event": "message"})
            sessions = [await client.create_session() for _ in range(20)]
            await asyncio.gather(*(client.send(session_id) for session_id in sessions))
            await client.until(lambda: len(client.log("attempt")) == 20)

        assert most == 3

    play(scenario, bounds=Bounds(deliveries_per_tenant=3))


def test_a_client_that_hangs_up_in_the_middle_of_a_body_is_no_failure_of_the_server():
    async def scenario(client):
        _, writer = await client.connect()
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        (request,) = await client.until(lambda: client.log("request"))

        assert (request["outcome"], request["status"]) == ("refused", 400)

    play(scenario)

"""Webhook calls that fail, and what becomes of the replies."""

import asyncio
import itertools
import json
from collections import Counter

import pytest
from aiohttp import web
from yarl import URL

from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.delivery import Dispatcher
from harness.sandbox.replies import Replier
from harness.sandbox.sending.policy import SenderPolicy
from harness.sandbox.sending.sender import Sender
from harness.sandbox.sessions import Session
from harness.sandbox.truth import TruthLog
from harness.sandbox.webhooks import Webhooks
from tests.sandbox.process import QUICK, until
from tests.sandbox.receiver import Receiver


def test_a_call_that_got_a_2xx_is_settled(sandbox, receiver):
    receiver.answer = lambda arrival: web.Response(status=204)
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(1)
    sandbox.settled()
    (attempt,) = sandbox.log("attempt")

    assert (attempt["status"], attempt["delivered"]) == (204, True)


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again_with_the_same_event(sandbox, receiver, status):
    answers = itertools.chain([status, status], itertools.repeat(200))
    receiver.answer = lambda arrival: web.Response(status=next(answers), headers={"Location": "/elsewhere"})
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    arrivals = receiver.wait_for(3)
    sandbox.settled()
    attempts = sandbox.log("attempt")

    assert len({arrival.raw for arrival in arrivals}) == 1
    assert {arrival.path for arrival in receiver.arrivals} == {"/hook"}
    assert [entry["status"] for entry in attempts] == [status, status, 200]
    assert [entry["attempt"] for entry in attempts] == [1, 2, 3]
    assert [entry["delivered"] for entry in attempts] == [False, False, True]


def test_replies_survive_a_webhook_that_is_down_for_a_while_and_keep_their_order(sandbox):
    with Receiver() as first:
        port = first.port
        sandbox.register(first.url)
        session_id, _ = sandbox.create_session()
        sandbox.send(session_id)
        first.wait_for(1)
    for _ in range(3):
        sandbox.send(session_id)
    until(lambda: len([entry for entry in sandbox.log("attempt") if entry["error"]]) >= 2)
    with Receiver(port) as second:
        second.wait_for(3)
        sandbox.settled()
    delivered = [entry["reply"] for entry in sandbox.log("attempt") if entry["delivered"]]

    assert len(second.arrivals) == 3
    assert delivered == sorted(delivered)


def test_an_event_that_cannot_be_sent_holds_up_nothing_behind_it():
    async def main():
        webhooks, truth, config = Webhooks(), TruthLog(100), Config(reply_median_s=0.0)
        tenant = config.tenants[0]
        webhooks.register(tenant, URL(f"http://127.0.0.1:{receiver.port}/hook"))
        async with Sender(SenderPolicy(), allow_remote=False) as sender:
            dispatcher = Dispatcher(config, webhooks, sender, truth, Console(None))
            session = Session("s", "u", tenant, expires_at=0.0)
            replier = Replier(config)
            broken = replier.reply_to(session, "one", 0)
            broken.event = {"event": object()}
            for reply in (broken, replier.reply_to(session, "two", 0)):
                dispatcher.plan(reply)
            while dispatcher.pending:
                await asyncio.sleep(0.01)
            await dispatcher.close()
        return [json.loads(line) for line in truth.lines(0, truth.last)]

    with Receiver() as receiver:
        log = asyncio.run(asyncio.wait_for(main(), 20))

    assert [entry["reason"] for entry in log if entry["kind"] == "abandoned"] == [
        "an error of the sandbox itself: TypeError"
    ]
    assert [arrival.data["sessionId"] for arrival in receiver.arrivals] == ["s"]


def test_a_session_whose_call_hangs_delays_no_other(sandbox, receiver):
    stuck, _ = sandbox.create_session()
    receiver.answer = lambda arrival: 30.0 if arrival.data["sessionId"] == stuck else web.Response()
    sandbox.register(receiver.url)
    sandbox.send(stuck)
    receiver.wait_for(1)
    others = [sandbox.create_session()[0] for _ in range(5)]
    for session_id in others:
        sandbox.send(session_id)
    attempts = until(lambda: len(log := sandbox.log("attempt")) >= 5 and log)

    assert {entry["session"] for entry in attempts[:5]} == set(others)


def test_a_call_without_an_answer_in_time_is_tried_again(start_sandbox, receiver):
    sandbox = start_sandbox(*QUICK, "--delivery-timeout", "0.2")
    answers = itertools.chain([30.0], itertools.repeat(web.Response))
    receiver.answer = lambda arrival: answer if isinstance(answer := next(answers), float) else answer()
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(2)
    sandbox.settled()

    assert [entry["error"] for entry in sandbox.log("attempt")] == ["no answer in time", None]


def test_pauses_between_attempts_grow(sandbox, receiver):
    receiver.answer = lambda arrival: web.Response(status=500)
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(5)
    attempts = until(lambda: len(log := sandbox.log("attempt")) >= 5 and log)
    pauses_s = [(b["started_ns"] - a["finished_ns"]) / 1e9 for a, b in itertools.pairwise(attempts)]

    assert pauses_s[0] >= 0.1
    assert pauses_s[3] >= 0.8
    assert pauses_s[3] > pauses_s[0]


def test_a_webhook_that_answers_without_end_is_still_settled_by_its_200(start_sandbox, receiver):
    sandbox = start_sandbox(*QUICK, "--delivery-timeout", "0.5")
    receiver.answer = lambda arrival: web.Response(body=b"x" * 20_000_000)
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id)
    sandbox.send(session_id)
    receiver.wait_for(2)
    sandbox.settled()

    assert [entry["delivered"] for entry in sandbox.log("attempt")] == [True, True]


def test_replies_promised_to_a_session_come_although_it_expires(start_sandbox, receiver):
    sandbox = start_sandbox("--reply-median", "0.5", "--reply-sigma", "0", "--session-ttl", "60")
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    sandbox.advance(120)

    assert sandbox.state()["sessions"] == 0
    receiver.wait_for(1)


def test_calls_reuse_their_connection(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    for number in range(1, 6):
        sandbox.send(session_id)
        receiver.wait_for(number)
        sandbox.settled()

    assert receiver.connections == 1


def test_many_sessions_at_once_each_get_their_own_replies(sandbox, receiver):
    sandbox.register(receiver.url)
    users = dict(sandbox.create_session() for _ in range(60))
    for _ in range(3):
        for session_id in users:
            sandbox.send(session_id)
    arrivals = receiver.wait_for(180)

    assert all(users[arrival.data["sessionId"]] == arrival.data["userId"] for arrival in arrivals)
    assert Counter(arrival.data["sessionId"] for arrival in arrivals) == dict.fromkeys(users, 3)

"""A walk through the API: sessions, messages, registrations, mistakes and strangers, as hypothesis thinks of them.

The model is small: a session that was created takes every message; what was refused, and what anybody else does,
changes nothing.
"""

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from harness.client.exchange import Answer
from harness.client.source_system import messages_path
from harness.conformance.check import Check
from harness.conformance.exploration import Enough, Shrinking, phases
from harness.conformance.people import customers, messages
from harness.conformance.world import World

STEPS = 12
# What is wrong with a message, and refused by everybody.
BOTCHED = (b"{}", b"[]", b"{", b'{"content": 5}')


def walk(check: Check, world: World, *, walks: int, seeded: int) -> None:
    """Walks that many times. The shortest walk that meets a refusal it should not meet is raised as Unmet."""
    shrinking = Shrinking()
    machine = seed(seeded)(type("Walk", (Steps,), {"check": check, "world": world, "shrinking": shrinking}))
    chosen = settings(
        max_examples=walks,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=phases(),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except (Enough, Flaky):
        raise shrinking.smallest() from None


class Steps(RuleBasedStateMachine):
    """What can be done. A subclass has the check, the world that it walks in, and how long a failure is shrunk."""

    check: Check
    world: World
    shrinking: Shrinking
    live: Any = Bundle("live")
    known: Any = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.api = self.world.api

    @rule(target=known, who=customers())
    def meet(self, who: dict[str, str]) -> dict[str, str]:
        return who

    @rule(target=live, who=known)
    def create(self, who: dict[str, str]) -> str:
        answer = self._documented(self.api.create_session(who), 200)
        return str(answer.member("sessionId"))

    @rule(session=live, text=messages())
    def say(self, session: str, text: str) -> None:
        self._documented(self.api.send_message(session, text), 200)

    @rule(session=live, times=st.integers(2, 4))
    def say_the_same_again(self, session: str, times: int) -> None:
        for _ in range(times):
            self._documented(self.api.send_message(session, "the same again"), 200)

    @rule(session=live, botched=st.sampled_from(BOTCHED))
    def botch(self, session: str, botched: bytes) -> None:
        self._unbroken(self.api.request("POST", messages_path(session), content=botched))

    @rule(session=live)
    def come_without_a_key(self, session: str) -> None:
        self._unbroken(self.api.send_message(session, "Let me in", key=None))

    @rule(session=live)
    def come_as_somebody_else(self, session: str) -> None:
        if self.world.profile.has_other_tenant:
            self._unbroken(self.world.other.send_message(session, "I am somebody else"))

    @rule(number=st.integers(0, 2**64))
    def ask_for_what_never_was(self, number: int) -> None:
        self._unbroken(self.api.send_message(f"{number:032x}", "Hello?"))

    @rule()
    def register(self) -> None:
        self._documented(self.world.webhook.register())

    def _documented(self, answer: Answer, *statuses: int) -> Answer:
        with self.shrinking.one():
            return self.check.as_documented(answer, *statuses)

    def _unbroken(self, answer: Answer) -> Answer:
        with self.shrinking.one():
            return self.check.unbroken(answer)

"""A walk through the API: create, send, register, in whatever order hypothesis thinks of."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from harness.client.source_system import SourceSystem
from harness.conformance.check import Check
from harness.conformance.outcome import Unmet
from harness.conformance.people import customers, messages
from harness.conformance.webhook import Webhook

STEPS = 12


def walk(check: Check, api: SourceSystem, webhook: Webhook, *, walks: int, seeded: int) -> None:
    """Walks that many times. Every step must be accepted; the shortest walk that is not so is raised as Unmet."""
    machine = seed(seeded)(_machine(check, api, webhook))
    chosen = settings(
        max_examples=walks,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except Flaky as flaky:
        found = getattr(flaky, "exceptions", ())
        raise next((error for error in found if isinstance(error, Unmet)), flaky) from None


def _machine(check: Check, api: SourceSystem, webhook: Webhook) -> type[RuleBasedStateMachine]:
    class Walk(RuleBasedStateMachine):
        live: Any = Bundle("live")

        @rule(target=live, who=customers())
        def create(self, who: dict[str, str]) -> str:
            answer = check.as_documented(api.create_session(who), 200)
            return str(answer.member("sessionId"))

        @rule(session=live, text=messages())
        def say(self, session: str, text: str) -> None:
            check.as_documented(api.send_message(session, text), 200)

        @rule(session=live, times=st.integers(2, 4))
        def say_at_once(self, session: str, times: int) -> None:
            for number in range(times):
                check.as_documented(api.send_message(session, f"message {number}"), 200)

        @rule()
        def register(self) -> None:
            check.as_documented(webhook.register())

    return Walk

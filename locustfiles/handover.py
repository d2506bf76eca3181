"""Residents who want to speak to a human: the bot answers first, then they ask, and from then on an agent does.

    harness load handover --customers 50

What makes the target hand over is not in the API's document: the first of `handover_phrases` in the profile is said.
"""

from locust import events, task

from harness.load.customer import Customer
from harness.load.listeners import listen

listen(events)


class Resident(Customer):
    """Tries the bot with a line, asks for a human, and says the rest to whoever answers."""

    asks_for_a_human = True

    @task
    def ask_for_a_human(self) -> None:
        conversation = self.next_conversation()
        self.pause(conversation.pause_s)
        session = self.open_session(conversation.customer)
        opening, *rest = conversation.lines
        try:
            self.say(session, opening.content)
            self.pause(opening.pause_s)
            self.say(session, self.handover_phrase)
            for line in rest:
                self.pause(line.pause_s)
                self.say(session, line.content)
        finally:
            self.hang_up(session)

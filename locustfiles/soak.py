"""Residents who never hang up: one session each for as long as it lives, message after message, for hours.

    harness load soak --customers 50 --duration 8h

What leaks, fills up or wears out shows in the report's curves over time. A session that ends (it expired, or a message
failed) is followed by a new one.
"""

from locust import events, task

from harness.load.customer import Customer
from harness.load.listeners import listen

listen(events)


class Resident(Customer):
    """Goes on in the same session, conversation after conversation."""

    @task
    def talk_on(self) -> None:
        conversation = self.next_conversation()
        self.pause(conversation.pause_s)
        session = self.open_session(conversation.customer)
        try:
            while True:
                for line in self.next_conversation().lines:
                    self.pause(line.pause_s)
                    self.say(session, line.content)
        finally:
            self.hang_up(session)

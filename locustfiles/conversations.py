"""Residents who text about their homes: they open a session, say a few things, and wait for each answer.

    locust -f locustfiles/conversations.py --host https://api.example.org

The key comes from HARNESS_API_KEY, the client id from HARNESS_CLIENT_ID or --client-id.
"""

from locust import events, task

from harness.load.customer import Customer
from harness.load.listeners import listen

listen(events)


class Resident(Customer):
    """Thinks, writes, waits for the reply; after a few messages, or when something went wrong, begins anew."""

    @task
    def hold_a_conversation(self) -> None:
        conversation = self.next_conversation()
        self.pause(conversation.pause_s)
        session = self.open_session(conversation.customer)
        try:
            for line in conversation.lines:
                self.pause(line.pause_s)
                self.say(session, line.content)
        finally:
            self.hang_up(session)

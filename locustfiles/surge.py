"""Everybody at once: the heating fails, and for a fifth of the run ten times as many residents write as before.

    harness load surge --arrival-rate 100

The rate is that of the surge. Nobody thinks before writing; what the limiter, the answers and the replies do before,
during and after it stands in the report second by second.
"""

from locust import events, task

from harness.load.arrivals import spike
from harness.load.customer import Customer
from harness.load.listeners import listen
from harness.load.timetable import Timetable

listen(events)


class Resident(Customer):
    """Says two things in one breath, each as soon as the one before it was answered."""

    abstract = True  # the timetable lets them in, and not Locust

    @task
    def complain(self) -> None:
        conversation = self.next_conversation()
        session = self.open_session(conversation.customer)
        try:
            for line in conversation.lines[:2]:
                self.say(session, line.content)
        finally:
            self.hang_up(session)


class Morning(Timetable):
    """A fifth of the run, in its middle, at ten times the rate around it."""

    customer = Resident
    shape = spike(times=10, share=0.2)

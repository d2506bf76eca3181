"""Residents who come when they come, whether or not those before them have been served: an open model.

    locust -f locustfiles/arrivals.py --host https://api.example.org --arrival-rate 20 --run-time 60s --headless

Each comes once, says what there is to say, and leaves. The key comes from HARNESS_API_KEY, the client id from
HARNESS_CLIENT_ID or --client-id.
"""

from locust import events, task

from harness.load.arrivals import steady
from harness.load.customer import Customer
from harness.load.listeners import listen
from harness.load.timetable import Timetable

listen(events)


class Resident(Customer):
    """Opens one session at the moment that was planned, and speaks until everything is said."""

    abstract = True  # the timetable lets them in, and not Locust

    @task
    def hold_one_conversation(self) -> None:
        conversation = self.next_conversation()
        session = self.open_session(conversation.customer)
        try:
            for line in conversation.lines:
                self.pause(line.pause_s)
                self.say(session, line.content)
        finally:
            self.hang_up(session)


class Day(Timetable):
    """The same rate from the first moment to the last. `ramp()`, `steps()` and `spike()` are other days."""

    customer = Resident
    shape = steady()

"""Now and then the server behind a proxy is overloaded, and the proxy says so in its own words."""

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services

EVERY = 5
DELAY_S = 1.0
PAGE = b"<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>\n"


class SlowSessionsHtml500(Fault):
    name = "slow-sessions-html-500"
    breaks = "ERR-1"
    summary = f"every {EVERY}th createSession is answered after {DELAY_S:g} s by an HTML page with status 500"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._seen = 0

    def on_request(self, exchange: Exchange) -> Answer | None:
        if exchange.operation != "createSession":
            return None
        self._seen += 1
        return Answer(500, PAGE, content_type="text/html", delay_s=DELAY_S) if self._seen % EVERY == 0 else None

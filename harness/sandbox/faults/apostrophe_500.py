"""Mrs O'Brien brings the server down: text is pasted into a query somewhere."""

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault

ERROR = {"status": 500, "errorCode": "internal_error"}


class Apostrophe500(Fault):
    name = "apostrophe-500"
    summary = "a 500 when the content, or any field of the customer, has an apostrophe in it"

    def on_request(self, exchange: Exchange) -> Answer | None:
        customer = exchange.body.get("customer")
        texts = [exchange.body.get("content"), *(customer.values() if isinstance(customer, dict) else ())]
        return Answer(500, ERROR) if any(isinstance(text, str) and "'" in text for text in texts) else None

"""SES-4, SES-7, MSG-4 to MSG-6, HOOK-2 and HOOK-4: bodies and fields that are accepted, or not."""

from tests.sandbox.probes.sight import content, raw_body, with_value, without
from tests.sandbox.site import Site

NAMES = {"createSession": "session", "sendMessage": "message", "registerWebhook": "registration"}


async def same_text_refused(site: Site):
    session_id = await site.create()
    return [(await site.send(session_id, text)).status for text in ("a b", "c d", "c d")] == [200, 200, 400]


def by_operation():
    """The probes that each operation has its own of."""
    for operation, short in NAMES.items():
        yield f"{short}-array-taken", raw_body(operation, lambda body: [body])
        yield f"{short}-string-taken", raw_body(operation, lambda body: "text")
        yield f"{short}-null-taken", raw_body(operation, lambda body: None)
        yield f"{short}-truncated-taken", raw_body(operation, lambda body: b'{"content": "x')
        yield f"{short}-empty-taken", raw_body(operation, lambda body: b"")
        yield f"{short}-told-422", raw_body(operation, lambda body: {}, 422)


PROBES = {
    **dict(by_operation()),
    "client-id-not-needed": without("createSession", "clientId"),
    "source-not-needed": without("createSession", "source"),
    "customer-not-needed": without("createSession", "customer"),
    "content-not-needed": without("sendMessage", "content"),
    "url-not-needed": without("registerWebhook", "url"),
    "event-not-needed": without("registerWebhook", "event"),
    "number-fields-taken": with_value("createSession", "source", 5),
    "boolean-fields-taken": with_value("createSession", "clientId", True),
    "null-fields-taken": with_value("createSession", "source", None),
    "falsy-fields-taken": with_value("createSession", "customer", {"firstName": 0, "lastName": [], "address": False}),
    "customer-array-taken": with_value("createSession", "customer", []),
    "customer-string-taken": with_value("createSession", "customer", "Darren"),
    "content-number-taken": with_value("sendMessage", "content", 5),
    "content-null-taken": with_value("sendMessage", "content", None),
    "content-object-taken": with_value("sendMessage", "content", {"text": "x"}),
    "content-falsy-taken": with_value("sendMessage", "content", False),
    "url-number-taken": with_value("registerWebhook", "url", 5),
    "event-types-taken": with_value("registerWebhook", "event", 5),
    "relative-url-taken": with_value("registerWebhook", "url", "/v1/messages"),
    "ftp-url-taken": with_value("registerWebhook", "url", "ftp://127.0.0.1/"),
    "content-over-160-refused": content("x " * 81),
    "content-over-500-refused": content("x " * 251),
    "content-over-1000-fails": content("x " * 501, 500),
    "content-over-4000-refused": content("x " * 2001),
    "emoji-fails": content("Hi 🙂", 500),
    "right-to-left-refused": content("مرحبا"),
    "non-ascii-content-refused": content("à bientôt"),
    "quotes-fail": content('the "blue" one', 500),
    "percent-fails": content("100% sure", 500),
    "backslash-fails": content("C:\\temp", 500),
    "newline-refused": content("one\ntwo"),
    "less-than-refused": content("rent < 1000"),
    "sql-words-refused": content("Did you drop the union select?"),
    "single-character-refused": content("?"),
    "same-text-refused": same_text_refused,
}

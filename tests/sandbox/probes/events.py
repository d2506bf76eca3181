"""RPL-2, RPL-4, RPL-9 and the key in SEC-4: what a webhook call holds."""

import json
from urllib.parse import parse_qs

from tests.sandbox.probes.sight import heard, some_heard
from tests.sandbox.site import Site


async def participant_human(site: Site):
    await site.register()
    return (await site.reply_to("speak to a human")).data["participantType"] == "human"


def lacks(name):
    return heard(lambda call: name not in call.data and "event" in call.event)


PROBES = {
    "event-without-name": heard(lambda call: set(call.event) == {"data"}),
    "event-without-data": heard(lambda call: "data" not in call.event and "sessionId" in call.event),
    "event-without-session": lacks("sessionId"),
    "event-without-user": lacks("userId"),
    "event-without-content": lacks("content"),
    "event-without-participant": lacks("participantType"),
    "event-named-otherwise": heard(lambda call: call.event["event"] == "message.created"),
    "event-in-snake-case": heard(lambda call: "session_id" in call.data),
    "participant-capitalised": heard(lambda call: call.data["participantType"] == "Bot"),
    "participant-human": participant_human,
    "participant-assistant": heard(lambda call: call.data["participantType"] == "assistant"),
    "reply-content-null": heard(lambda call: call.data["content"] is None),
    "reply-content-number": heard(lambda call: isinstance(call.data["content"], int)),
    "reply-content-mojibake": some_heard(lambda call: "â" in call.data["content"]),
    "reply-content-escaped": heard(lambda call: "&#x27;" in call.data["content"]),
    "reply-content-empty": heard(lambda call: call.data["content"] == ""),
    "reply-content-blank": heard(lambda call: call.data["content"] == " "),
    "call-put": heard(lambda call: call.method == "PUT"),
    "call-form": heard(lambda call: b"sessionId" in parse_qs(call.raw)),
    "call-encoded-twice": heard(
        lambda call: "event" in json.loads(call.event) if isinstance(call.event, str) else False
    ),
    "call-array": heard(lambda call: isinstance(call.event, list)),
    "call-truncated": heard(lambda call: call.event is None),
    "call-latin-1": some_heard(lambda call: call.event is None, 8),
    "call-plain-text": heard(lambda call: call.headers["Content-Type"] == "text/plain"),
    "call-without-type": heard(lambda call: "Content-Type" not in call.headers),
    "key-in-calls": heard(lambda call: "sandbox-key-one" in call.headers.get("Authorization", "")),
}

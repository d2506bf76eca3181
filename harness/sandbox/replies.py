"""What is said to a customer, by whom, and when."""

import copy
import json
import random
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from yarl import URL

from harness.sandbox.config import Config
from harness.sandbox.delays import Delays
from harness.sandbox.ids import Ids
from harness.sandbox.sessions import Session

# The first is the document's own; the others follow in turn. Some need more than ASCII, as people do.
BOT_LINES = (
    "Hi, I'm a Travtus Teammate, how can I help?",
    "Thanks for your message. Could you tell me a little more?",
    "I have made a note of that. Is there anything else?",
    "Of course — I am looking into it right now.",
    "Your request is in our system, and the maintenance team has been told.",
    "The office is open from 9 to 5, Monday to Friday. Shall I ask them to call you?",
    "Good news: there is nothing more you need to do. 🙂",
    "You can reach me here at any time. À bientôt!",
)
AGENT_LINES = (
    "You are through to the leasing office, this is Renée. How can I help?",
    "I have your details in front of me. One moment, please.",
    "I have taken care of it for you. Anything else?",
    "I will call you back this afternoon — would four thirty suit you?",
)


_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True, eq=False)
class Reply:
    """One event on its way to a webhook. `event` is what is sent; the other fields are the truth about it."""

    id: int
    session: Session
    event: dict[str, Any]
    received_ns: int  # when the message that it answers was received
    due_ns: int
    attempts: int = 0
    first_attempt_ns: int = 0
    url: URL | None = None  # where it goes; None: to what is registered when the call is made
    outbox: Hashable = None  # where it waits for those before it; None: its session's

    def __post_init__(self) -> None:
        if self.outbox is None:
            self.outbox = self.session

    def encode(self) -> bytes:
        """The event as JSON in UTF-8. A lone surrogate, which UTF-8 does not have, stays a JSON escape."""
        return _encode(self.event).encode("utf-8", "backslashreplace")


def message_event(session_id: str, user_id: str, content: str, participant_type: str) -> dict[str, Any]:
    """The `message` event of the document."""
    data = {"sessionId": session_id, "userId": user_id, "content": content, "participantType": participant_type}
    return {"event": "message", "data": data}


class Replier:
    """Plans the reply to each accepted message: a bot's, and a human agent's once the customer asked for one."""

    def __init__(self, config: Config) -> None:
        self._phrases = tuple(phrase.casefold() for phrase in config.handover_phrases)
        self._delays = Delays(
            config.reply_median_s,
            config.reply_sigma,
            config.reply_longest_s,
            config.seed,
            "replies",
            config.reply_quantiles,
        )
        self._further = config.replies_mean - 1
        self._parts = random.Random(None if config.seed is None else f"parts/{config.seed}")
        self._ids = Ids(config.seed if config.seed is None else config.seed + 1)
        self._planned = 0

    def reply_to(self, session: Session, content: str, received_ns: int, *, delay_s: float | None = None) -> Reply:
        """The reply to one message, due after a log-normal delay or the one given, but never before an earlier one."""
        if not session.handed_over and self._asks_for_a_human(content):
            session.handed_over = True
        delay_s = self._delays.draw() if delay_s is None else delay_s
        session.last_due_ns = max(session.last_due_ns, received_ns + int(delay_s * 1e9))
        event = message_event(session.id, session.user_id, *self._line(session))
        return self.planned(session, event, received_ns, session.last_due_ns)

    def another(self, reply: Reply) -> Reply:
        """The same event once more, as a reply of its own."""
        return self.planned(reply.session, reply.event, reply.received_ns, reply.due_ns)

    def in_parts(self, reply: Reply) -> list[Reply]:
        """The reply and its further parts, as many as there are on average."""
        whole, share = divmod(self._further, 1.0)
        return [reply, *self.further(reply, int(whole) + (self._parts.random() < share))]

    def further(self, reply: Reply, count: int) -> list[Reply]:
        """So many more parts of the same answer, numbered from 2 on."""
        parts = [self.another(reply) for _ in range(count)]
        for number, part in enumerate(parts, 2):
            part.event = copy.deepcopy(part.event)
            if isinstance(content := part.event["data"].get("content"), str):
                part.event["data"]["content"] = f"{content} ({number})"
        return parts

    def say(self, session: Session, content: str, moment_ns: int) -> Reply:
        """What the bot says of its own accord, at that moment."""
        return self.planned(session, message_event(session.id, session.user_id, content, "bot"), moment_ns, moment_ns)

    def planned(self, session: Session, event: dict[str, Any], received_ns: int, due_ns: int) -> Reply:
        self._planned += 1
        return Reply(self._planned, session, event, received_ns, due_ns)

    def foreign_id(self) -> str:
        """An id in the usual form that belongs to nobody."""
        return self._ids.new()

    def _asks_for_a_human(self, content: str) -> bool:
        folded = content.casefold()
        return any(phrase in folded for phrase in self._phrases)

    def _line(self, session: Session) -> tuple[str, str]:
        """The next thing to say, and who says it."""
        session.replies += 1
        if not session.handed_over:
            return BOT_LINES[(session.replies - 1) % len(BOT_LINES)], "bot"
        session.agent_replies += 1
        return AGENT_LINES[(session.agent_replies - 1) % len(AGENT_LINES)], "agent"

"""What a webhook call holds: RPL-2, RPL-4, RPL-9 and RPL-10."""

import copy
import html
from typing import Any, ClassVar

from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply


class EventChanged(Fault):
    """Sends each event with a change."""

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            reply.event = copy.deepcopy(reply.event)
            self.change(reply.event, reply.event["data"], reply)
        return replies

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        raise NotImplementedError


class FieldMissing(EventChanged):
    field: ClassVar[str]

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data.pop(self.field, None)


class EventWithoutName(EventChanged):
    name = "event-without-name"
    breaks = "RPL-2"
    summary = "a webhook call lacks event"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        del event["event"]


class EventWithoutData(EventChanged):
    name = "event-without-data"
    breaks = "RPL-2"
    summary = "a webhook call has the fields of data beside event, and no data"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        event.update(event.pop("data"))


class EventWithoutSession(FieldMissing):
    name = "event-without-session"
    breaks = "RPL-2"
    summary = "a webhook call lacks sessionId"
    field = "sessionId"


class EventWithoutUser(FieldMissing):
    name = "event-without-user"
    breaks = "RPL-2"
    summary = "a webhook call lacks userId"
    field = "userId"


class EventWithoutContent(FieldMissing):
    name = "event-without-content"
    breaks = "RPL-2"
    summary = "a webhook call lacks content"
    field = "content"


class EventWithoutParticipant(FieldMissing):
    name = "event-without-participant"
    breaks = "RPL-2"
    summary = "a webhook call lacks participantType"
    field = "participantType"


class EventNamedOtherwise(EventChanged):
    name = "event-named-otherwise"
    breaks = "RPL-2"
    summary = 'a webhook call says event "message.created" instead of "message"'

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        event["event"] = "message.created"


class EventInSnakeCase(EventChanged):
    name = "event-in-snake-case"
    breaks = "RPL-2"
    summary = "a webhook call has session_id, user_id and participant_type"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        names = {"sessionId": "session_id", "userId": "user_id", "participantType": "participant_type"}
        event["data"] = {names.get(name, name): value for name, value in data.items()}


class ParticipantCapitalised(EventChanged):
    name = "participant-capitalised"
    breaks = "RPL-4"
    summary = 'participantType is "Bot" or "Agent"'

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["participantType"] = data["participantType"].capitalize()


class ParticipantHuman(EventChanged):
    name = "participant-human"
    breaks = "RPL-4"
    summary = 'participantType is "human" where it should be "agent"'

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        if data["participantType"] == "agent":
            data["participantType"] = "human"


class ParticipantAssistant(EventChanged):
    name = "participant-assistant"
    breaks = "RPL-4"
    summary = 'participantType is "assistant" where it should be "bot"'

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        if data["participantType"] == "bot":
            data["participantType"] = "assistant"


class ReplyContentNull(EventChanged):
    name = "reply-content-null"
    breaks = "RPL-4"
    summary = "the content of a reply is null"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = None


class ReplyContentNumber(EventChanged):
    name = "reply-content-number"
    breaks = "RPL-4"
    summary = "the content of a reply is a number"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = reply.id


class ReplyContentMojibake(EventChanged):
    name = "reply-content-mojibake"
    breaks = "RPL-4"
    summary = "the content of a reply was encoded twice: an é arrives as Ã©"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = data["content"].encode("utf-8", "surrogatepass").decode("latin-1")


class ReplyContentEscaped(EventChanged):
    name = "reply-content-escaped"
    breaks = "RPL-4"
    summary = "the content of a reply is escaped as for HTML: an apostrophe arrives as &#x27;"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = html.escape(data["content"])


class ReplyContentEmpty(EventChanged):
    name = "reply-content-empty"
    breaks = "RPL-9"
    summary = "the content of a reply is empty"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = ""


class ReplyContentBlank(EventChanged):
    name = "reply-content-blank"
    breaks = "RPL-9"
    summary = "the content of a reply is a blank"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["content"] = " "


class AgentToldAsBot(EventChanged):
    name = "agent-told-as-bot"
    breaks = "RPL-10"
    summary = "a human agent's replies are told as the bot's"

    def change(self, event: dict[str, Any], data: dict[str, Any], reply: Reply) -> None:
        data["participantType"] = "bot"


class AgentSilent(Fault):
    name = "agent-silent"
    breaks = "RPL-10"
    summary = "after a hand-over no human's reply ever comes"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        return [reply for reply in replies if not reply.session.handed_over]

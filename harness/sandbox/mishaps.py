"""What can go wrong with a reply: each takes the one that was planned and gives those that are sent in its place."""

import copy
from collections.abc import Callable

from harness.sandbox.replies import Replier, Reply

Mishap = Callable[[Reply, Replier], list[Reply]]


def lost(reply: Reply, replier: Replier) -> list[Reply]:
    return []


def doubled(reply: Reply, replier: Replier) -> list[Reply]:
    """The same event again, although its first delivery was settled."""
    return [reply, replier.another(reply)]


def malformed(reply: Reply, replier: Replier) -> list[Reply]:
    """Breaks the contract twice: no content, and a participant that there is not."""
    reply.event = copy.deepcopy(reply.event)
    del reply.event["data"]["content"]
    reply.event["data"]["participantType"] = "robot"
    return [reply]


def misrouted(reply: Reply, replier: Replier) -> list[Reply]:
    """For a session that nobody has."""
    reply.event = copy.deepcopy(reply.event)
    reply.event["data"]["sessionId"] = replier.foreign_id()
    return [reply]


def for_wrong_user(reply: Reply, replier: Replier) -> list[Reply]:
    """For the right session, but a user who is not in it."""
    reply.event = copy.deepcopy(reply.event)
    reply.event["data"]["userId"] = replier.foreign_id()
    return [reply]

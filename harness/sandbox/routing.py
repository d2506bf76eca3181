"""From a method and a path to an operation. Three routes need no framework."""

from urllib.parse import unquote

from harness.sandbox.exchange import Exchange, Refusal

NOT_FOUND = (
    "There is nothing at this path. The API has /v1/sessions, /v1/sessions/{sessionId}/messages and /v1/webhooks."
)


def route(exchange: Exchange) -> str:
    """The operation's name; notes the session id of the path, decoded. Raises a 404 or a 405 (with Allow)."""
    operation = _operation_at(exchange)
    if operation is None:
        raise Refusal(404, "not_found", NOT_FOUND)
    if exchange.method != "POST":
        raise Refusal(405, "method_not_allowed", "Every operation of this API is a POST.", headers={"Allow": "POST"})
    return operation


def _operation_at(exchange: Exchange) -> str | None:
    match exchange.path.split("/"):
        case ["", "v1", "sessions"]:
            return "createSession"
        case ["", "v1", "sessions", session_id, "messages"]:
            exchange.path_session_id = unquote(session_id) if "%" in session_id else session_id
            return "sendMessage"
        case ["", "v1", "webhooks"]:
            return "registerWebhook"
        case _:
            return None

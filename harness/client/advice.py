"""What to do about a target that lets nobody in: the same words in every command."""

from harness.client.exchange import Answer
from harness.errors import CouldNotRun, CredentialsRefused, TargetUnreachable

KEY = "check HARNESS_API_KEY and --client-id: they belong together, and to this endpoint"
SESSION = "createSession must answer 200 with a sessionId; is --base-url without /v1, and --client-id right?"
# Statuses by which a key is refused.
REFUSED = (401, 403)


def session_of(answer: Answer) -> str | None:
    """The id of the session that was created; None where none was."""
    session = answer.member("sessionId")
    return session if answer.accepted and isinstance(session, str) and session else None


def unreachable(base_url: str, answer: Answer) -> TargetUnreachable:
    """Where no HTTP answer came."""
    return TargetUnreachable(f"{base_url} cannot be reached: {answer.failure} (`harness doctor` looks closer)")


def key_refused(base_url: str, answer: Answer) -> CredentialsRefused:
    return CredentialsRefused(f"{base_url} refuses the key (HTTP {answer.status}); {KEY}")


def no_session(base_url: str, answer: Answer) -> CouldNotRun:
    """Where createSession was answered, and not by a session."""
    return CouldNotRun(f"{base_url} gave no session (HTTP {answer.status}): {SESSION} `harness doctor` shows more")

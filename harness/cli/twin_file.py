"""A twin that is read is one that a sandbox can be: its policies are tried with the sandbox's own readers."""

from pathlib import Path

from harness.errors import UsageError
from harness.sandbox.limiter.reading import policy_from
from harness.sandbox.sending.reading import sender_policy_from
from harness.twin.toml import read
from harness.twin.twin import Twin


def twin_from(text: str) -> Twin:
    """Raises UsageError."""
    twin = read(text)
    try:
        for policy in twin.policies:
            policy_from(policy)
        if twin.sender is not None:
            sender_policy_from(twin.sender.policy)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return twin


def twin_of_file(path: Path) -> Twin:
    """Raises UsageError, in which the file is named."""
    try:
        return twin_from(path.read_text(encoding="utf-8"))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"{path} cannot be read ({why}): give a file that `harness twin` wrote") from None

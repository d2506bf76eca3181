"""Before the first check: is there a target, and does it take the key? If not, no check would say anything."""

from uuid import uuid4

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.samples import customer
from harness.errors import CredentialsRefused, TargetUnreachable

REFUSED = (401, 403)


def preflight(api: SourceSystem) -> None:
    """Creates a session, and where nothing comes of that, or the key is refused for it, asks another operation as well.

    Raises TargetUnreachable where nothing answers HTTP, and CredentialsRefused where the key is refused by both. What
    only one operation gets wrong is the target's fault, and for the checks to find.
    """
    created = api.create_session(customer())
    if created.unreached:
        raise _unreachable(api, created)
    if created.status is not None and created.status not in REFUSED:
        return
    asked = api.send_message(uuid4().hex, "Hello")
    if asked.status is None:
        raise _unreachable(api, created if created.status is None else asked)
    if created.status in REFUSED and asked.status in REFUSED:
        raise CredentialsRefused(
            f"{api.base_url} answered {created.status} to the key in {api.key.shown.partition('$')[2]} "
            f"(client id {api.client_id}): is it the key of this target and of this client?"
        )


def _unreachable(api: SourceSystem, answer: Answer) -> TargetUnreachable:
    return TargetUnreachable(f"{api.base_url} cannot be reached: {answer.failure}")

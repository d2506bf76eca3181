"""Before the first check: is there a target, and does it take the key? If not, no check would say anything."""

from uuid import uuid4

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.samples import customer
from harness.errors import CredentialsRefused, TargetUnreachable

REFUSED = (401, 403)


def preflight(api: SourceSystem) -> None:
    """Creates a session, and where the key is refused for that, asks another operation as well.

    Raises TargetUnreachable where nothing answers HTTP, and CredentialsRefused where the key is refused by both. One
    that only one operation refuses is the target's fault, and for the checks to find.
    """
    created = _reached(api, api.create_session(customer()))
    if created.status not in REFUSED:
        return
    if _reached(api, api.send_message(uuid4().hex, "Hello")).status in REFUSED:
        raise CredentialsRefused(
            f"{api.base_url} answered {created.status} to the key in {api.key.shown.partition('$')[2]} "
            f"(client id {api.client_id}): is it the key of this target and of this client?"
        )


def _reached(api: SourceSystem, answer: Answer) -> Answer:
    if answer.status is None:
        raise TargetUnreachable(f"{api.base_url} cannot be reached: {answer.failure}")
    return answer

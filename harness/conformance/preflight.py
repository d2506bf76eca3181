"""Before the first check: is there a target, and does it take the key? If not, no check would say anything."""

from uuid import uuid4

from harness.client.advice import REFUSED, key_refused, unreachable
from harness.client.source_system import SourceSystem
from harness.conformance.samples import customer


def preflight(api: SourceSystem) -> None:
    """Creates a session, and where nothing comes of that, or the key is refused for it, asks another operation as well.

    Raises TargetUnreachable where nothing answers HTTP, and CredentialsRefused where the key is refused by both. What
    only one operation gets wrong is the target's fault, and for the checks to find.
    """
    created = api.create_session(customer())
    if created.unreached:
        raise unreachable(api.base_url, created)
    if created.status is not None and created.status not in REFUSED:
        return
    asked = api.send_message(uuid4().hex, "Hello")
    if asked.status is None:
        raise unreachable(api.base_url, created if created.status is None else asked)
    if created.status in REFUSED and asked.status in REFUSED:
        raise key_refused(api.base_url, created)

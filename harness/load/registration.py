"""Tells the target where the replies of a load run go. The first request of a run, so it meets what is wrong first."""

from harness.client.advice import REFUSED, key_refused, unreachable
from harness.client.source_system import SourceSystem
from harness.errors import CouldNotRun
from harness.profile import Profile


def register(profile: Profile, url: str) -> None:
    """Raises TargetUnreachable, CredentialsRefused, or CouldNotRun where the target takes no webhook."""
    client = SourceSystem(profile)
    try:
        answer = client.register_webhook(url)
    finally:
        client.close()
    if answer.status is None:
        raise unreachable(profile.base_url, answer)
    if answer.status in REFUSED:
        raise key_refused(profile.base_url, answer)
    if not answer.accepted:
        raise CouldNotRun(f"{profile.base_url} did not take the webhook {url!r}: {answer.shown()}")

"""Tells the target where the replies of a load run go. The first request of a run, so it meets what is wrong first."""

from harness.client.source_system import SourceSystem
from harness.errors import CouldNotRun, CredentialsRefused, TargetUnreachable
from harness.profile import Profile


def register(profile: Profile, url: str) -> None:
    """Raises TargetUnreachable, CredentialsRefused, or CouldNotRun where the target takes no webhook."""
    client = SourceSystem(profile)
    try:
        answer = client.register_webhook(url)
    finally:
        client.close()
    if answer.status is None:
        raise TargetUnreachable(
            f"{profile.base_url} cannot be reached: {answer.failure} (`harness doctor` looks closer)"
        )
    if answer.status in (401, 403):
        raise CredentialsRefused(
            f"{profile.base_url} refused the API key (HTTP {answer.status}): is HARNESS_API_KEY this tenant's?"
        )
    if not answer.accepted:
        raise CouldNotRun(f"{profile.base_url} did not take the webhook {url!r}: {answer.shown()}")

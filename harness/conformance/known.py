"""The failures that are known of, from the file that the profile names."""

from pathlib import Path

from harness.conformance.table import list_requirements
from harness.errors import UsageError
from harness.known_failures import FILE, KnownFailures, load
from harness.profile import Profile


def known_failures(profile: Profile) -> KnownFailures:
    """Those of the profile's file, or of the one in the current folder, where there is one; otherwise none.

    What lies in the folder is about the target that is tested from it, never about a sandbox of the harness's own.
    Raises UsageError where the file cannot be read or says what cannot be.
    """
    if profile.known_failures is None and (profile.embedded or not Path(FILE).is_file()):
        return KnownFailures()
    name = profile.known_failures or FILE
    try:
        text = Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"known failures: {name} cannot be read: {getattr(error, 'strerror', error)}") from None
    return load(text, list_requirements(), file=name)

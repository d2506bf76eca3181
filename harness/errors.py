"""Every error the harness raises on purpose. Each says what happened and what to do; none carries a secret.

HarnessError                    exit code
├── UsageError                      2       an option, the environment or the profile is wrong
├── CouldNotRun                     3       something outside stops the run
│   ├── TargetUnreachable           3       no connection, no answer, TLS refused
│   ├── CredentialsRefused          3       the key was answered 401 or 403 where it must be accepted
│   ├── SinkDied                    3       the webhook sink's process ended or stopped answering
│   └── ChildDied                   3       another process of the run ended
└── JournalError                    2       a journal cannot be read: not one of ours, edited, or of another version
    └── NothingMeasured             2       there is none, or it tells of no run
"""


class HarnessError(Exception):
    """Base of all. `str(error)` is one line for a person; `exit_code` is what the command ends with."""

    exit_code = 2


class UsageError(HarnessError):
    """A configuration that cannot work. The message names the option and what it takes."""


class JournalError(HarnessError):
    """A file that is no journal of a version this harness reads."""


class NothingMeasured(JournalError):
    """A run that ended before it began to measure."""


class CouldNotRun(HarnessError):
    """The run could not be carried out, so it says nothing about the target."""

    exit_code = 3


class TargetUnreachable(CouldNotRun):
    """Nothing at the base URL answered HTTP."""


class CredentialsRefused(CouldNotRun):
    """The target answered 401 or 403 to the key it was given."""


class SinkDied(CouldNotRun):
    """The webhook sink is gone: replies can no longer be seen."""


class ChildDied(CouldNotRun):
    """A process that the run needs ended by itself."""

"""`python -m harness.sink`: the sink as a child process.

It takes its settings as the first line of stdin, which is its lifeline from then on. Its first line of output is one
JSON object: its addresses, or {"error": ...} where it cannot come up with these settings.
"""

import asyncio
import json
import sys
from typing import Any

from harness.errors import HarnessError, UsageError
from harness.processes import lifeline
from harness.sink.server import Sink
from harness.sink.settings import Settings

try:
    from uvloop import run as run_loop
except ImportError:  # not on every platform; the sink is only slower without
    run_loop = asyncio.run  # type: ignore[assignment]


def main() -> int:
    try:
        settings = Settings.from_line(sys.stdin.readline())
        lifeline.hold()
        run_loop(_serve(settings))
    except UsageError as error:
        _print({"error": str(error)})
        return error.exit_code
    except HarnessError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


async def _serve(settings: Settings) -> None:
    await Sink(settings).run(_print)


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

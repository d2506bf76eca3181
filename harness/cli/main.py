"""The `harness` command. A verb's module is imported only when that verb runs, so that `harness --help` is quick
and only `harness load` ever meets locust."""

import difflib
import importlib
import io
import os
import sys
import traceback

import click

import harness
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED

VERBS = {
    "run": "doctor, the gate and a load run against one target, one report: the main job",
    "conform": "the gate: does the target keep the contract?",
    "load": "customers hold conversations; every message is followed to its reply",
    "limits": "what is the target's rate limiter? found from outside, with evidence",
    "sandbox": "the embedded Messaging API",
    "twin": "a sandbox profile from what was measured on a target; --diff tells drift",
    "sink": "the webhook sink alone",
    "calibrate": "is the instrument true on this machine? every figure against a sandbox's own log",
    "report": "render, or re-judge, a run from its journal",
    "doctor": "can this target be tested from here? each prerequisite, and how to mend it",
}


class Verbs(click.Group):
    """A group whose verbs live in `harness.cli.<verb>`, each as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            if ctx.resilient_parsing:  # a shell completes it
                return None
            alike = difflib.get_close_matches(cmd_name, VERBS)
            hint = f" Did you mean {' or '.join(alike)}?" if alike else f" There are {', '.join(VERBS)}."
            ctx.fail(f"No such command {cmd_name!r}.{hint}")
        command: click.Command = importlib.import_module(f"harness.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(harness.__version__, prog_name="harness")
def cli() -> None:
    """Does a Messaging API keep its contract, and how does it behave under load?

    With no endpoint given, everything runs against an embedded sandbox, offline.
    """


def main() -> None:
    # What a target answered may not be writable in this terminal's encoding; it is still worth showing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(prog_name="harness", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # whoever read our output is gone, before there was a verdict
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_CODES["could_not_run"])
    except Exception:
        # A defect of ours, shown as one; it must not end with the code that means: the target failed.
        traceback.print_exc()
        sys.exit(EXIT_CODES["could_not_run"])

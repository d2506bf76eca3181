"""The whole matrix, on demand: every mutant and every conforming variant, each in a run of its own.

    python -m tests.mutants.matrix [--budget standard] [--jobs 4] [--only NAME ...] [--own] [--stock] [--seeds N]
                                   [--out FILE] [--results FILE]

It takes an hour. With --results each outcome is kept as it comes, and what is kept already is not run again.

Exit code 0: each mutant was killed by a check of the requirement that it breaks, each check killed something, each MUST
and SHOULD has a mutant, and no variant was failed. Prints what is not so, and the matrix.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from harness.conformance.table import list_requirements
from harness.sandbox import faults, variants
from tests.mutants.kept import Kept
from tests.mutants.rules import Outcome, objections
from tests.mutants.stock import Finding, stock_findings, stock_verdict
from tests.mutants.tables import matrix, timings
from tests.mutants.target import TENANTS, sandbox
from tests.mutants.trial import trial

T = TypeVar("T")
SEED = 1
KEY = TENANTS[0]["api_key"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    wanted = set(options.only)
    mutants = {name: fault for name, fault in faults.catalogue().items() if not wanted or name in wanted}
    others = [name for name in variants.catalogue() if not wanted or name in wanted]
    noise = _noise() if options.stock else None
    kept = Kept(options.results)
    with ThreadPoolExecutor(options.jobs) as pool:

        def judge(name: str) -> Outcome:
            breaks = mutants[name].breaks
            gate = ("--budget", options.budget, *(("--only", breaks) if options.own else ()))
            return kept.or_else(name, lambda: _mutant(name, breaks, noise, *gate))

        def pass_over(run: tuple[str, int]) -> Outcome:
            return kept.or_else(called(*run), lambda: _variant(*run, options.budget))

        killed = list(pool.map(_told(judge), mutants))
        runs = [(name, seed) for name in others for seed in range(1, options.seeds + 1)]
        conforming = list(pool.map(_told(pass_over), runs))
    complaints = objections(killed, conforming, list_requirements() if not wanted else ())
    report = "\n".join([*matrix(killed, list_requirements()), "", *timings([*killed, *conforming]), ""])
    print(report)
    if options.out:
        options.out.write_text(report, encoding="utf-8")
    print("\n".join(complaints) or "Every mutant is killed by its own requirement's check, and every variant passes.")
    return bool(complaints)


def _noise() -> frozenset[Finding]:
    """What stock schemathesis has against a sandbox that keeps the contract."""
    with sandbox() as target:
        return stock_findings(target["HARNESS_BASE_URL"], KEY, SEED)


def _mutant(name: str, breaks: str, noise: frozenset[Finding] | None, *gate: str) -> Outcome:
    """`noise` is what the baseline does not count; without it there is no baseline."""
    found = None
    if noise is not None:
        with sandbox("--fault", name) as target:
            found = stock_verdict(target["HARNESS_BASE_URL"], KEY, SEED, noise=noise)
    with sandbox("--fault", name) as target:
        return Outcome(name, breaks, trial(target, "--seed", str(SEED), *gate), found)


def _variant(name: str, seed: int, budget: str) -> Outcome:
    with sandbox("--variant", name, "--seed", str(seed)) as target:
        return Outcome(called(name, seed), None, trial(target, "--budget", budget, "--seed", str(seed)), None)


def called(name: str, seed: int) -> str:
    return f"{name}, seed {seed}"


def _told(judge: Callable[[T], Outcome]) -> Callable[[T], Outcome]:
    """The same, with a line for who watches."""

    def judged(what: T) -> Outcome:
        outcome = judge(what)
        print(outcome.line, file=sys.stderr, flush=True)
        return outcome

    return judged


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--budget", default="standard", choices=("quick", "standard", "thorough"))
    parser.add_argument("--jobs", type=int, default=4, help="targets on trial at once")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these mutants and variants only")
    parser.add_argument("--own", action="store_true", help="of each mutant only the checks of what it breaks; fast")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each conforming variant, each with its own seed")
    parser.add_argument("--stock", action="store_true", help="also try stock schemathesis on each mutant")
    parser.add_argument("--results", type=Path, help="keep each outcome in this file, and go on from what it has")
    parser.add_argument("--out", type=Path, help="write the matrix into this file as well")
    return parser.parse_args(None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())

"""What schemathesis finds by itself: the baseline that the mutants' gate is measured against.

It runs from an empty folder, so that it finds neither our schemathesis.toml nor our hooks: only the contract, the URL
and the key. Nothing tells it which webhook URLs are safe to register. It registers the document's own and whatever it
makes up, so run it on a sandbox, which calls no webhook off this machine.
"""

import json
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.acceptance.command import environment

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
COMMAND = str(Path(sysconfig.get_path("scripts")) / "schemathesis")
EXAMPLES = 40
PATIENCE_S = 300.0

# The operation, the kind of failure and its code.
Finding = tuple[str, str, str]


def stock_verdict(base_url: str, api_key: str, seed: int, *, noise: frozenset[Finding] = frozenset()) -> bool:
    """Whether the run failed, for anything but the noise.

    The noise is what the same seed has against a faithful sandbox: `stock_findings` of one. It is never empty, because
    the contract leaves open what schemathesis takes for settled; without it every target fails.
    """
    return bool(stock_findings(base_url, api_key, seed) - noise)


def stock_findings(base_url: str, api_key: str, seed: int) -> frozenset[Finding]:
    """What one run has against a target. Nothing tells it the client id: it takes the document's, or makes one up.

    Raises RuntimeError where it could not run at all.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *(COMMAND, "run", str(CONTRACT), "--url", base_url, "-H", f"Authorization: Bearer {api_key}"),
                *("-n", str(EXAMPLES), "--seed", str(seed), "--report", "ndjson", "--report-ndjson-path", "run.ndjson"),
            ],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(
                f"schemathesis ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        lines = (Path(folder) / "run.ndjson").read_text().splitlines()
    return frozenset(finding for line in lines for finding in _failures(json.loads(line)))


def _failures(node: Any) -> Iterator[Finding]:
    """Wherever they stand in an event of its report."""
    if isinstance(node, dict) and {"type", "code", "severity"} <= node.keys():
        yield str(node.get("operation")), node["type"], node["code"]
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _failures(child)

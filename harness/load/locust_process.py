"""Locust's own command, as a load run starts it: `python -m harness.load.locust_process -f SCENARIO ...`.

Locust lets a scenario import from the current folder before any other. What ours import is loaded by then, so that a
`harness.py` or `locust.py` that lies there is left alone.
"""

import runpy

import locust  # noqa: F401 - it patches the standard library, so it comes first

import harness.load.arrivals
import harness.load.customer
import harness.load.listeners
import harness.load.timetable  # noqa: F401

if __name__ == "__main__":
    runpy.run_module("locust", run_name="__main__", alter_sys=True)

"""Every seeded fault shows from outside what it says, and a sandbox without it does not."""

import pytest

from harness.sandbox.faults import catalogue
from tests.sandbox.probes import authentication, bodies, events, http, limits, replies, sessions
from tests.sandbox.site import at_site

AREAS = [authentication, bodies, events, http, limits, replies, sessions]
PROBES = {name: probe for area in AREAS for name, probe in area.PROBES.items()}


def test_every_fault_has_a_probe_and_no_two_probes_have_one_name():
    assert set(PROBES) == set(catalogue())
    assert sum(len(area.PROBES) for area in AREAS) == len(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_the_fault_shows(name):
    assert at_site(PROBES[name], faults=[name])


@pytest.mark.parametrize("name", PROBES)
def test_the_plain_sandbox_does_not_show_the_fault(name):
    assert not at_site(PROBES[name])

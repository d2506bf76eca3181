"""What stands in the form becomes the plan of the next start, or a sentence that says what is wrong."""

import pytest

from harness.errors import UsageError
from harness.load.plan import LoadPlan
from harness.load.web import form


def plan_from(fields: dict[str, str], plan: LoadPlan) -> LoadPlan:
    return form.plan_from(fields, plan, lambda text: {"1m30s": 90}[text])


CLOSED = LoadPlan(customers=5, duration_s=60, think_s=1, connections=100)
OPEN = LoadPlan(scenario="arrivals", customers=0, arrival_rate=10, duration_s=60)


def test_every_field_takes_effect():
    fields = {"user_count": "7", "run_time": "1m30s", "think": "0.25", "connections": "per-customer"}
    fields |= {"when_limited": "polite"}

    plan = plan_from(fields, CLOSED)

    assert (plan.customers, plan.duration_s, plan.think_s, plan.connections) == (7, 90, 0.25, None)
    assert plan.when_limited == "polite"


def test_an_open_scenario_takes_its_rate_and_its_spacing_and_no_number_of_customers():
    fields = {"user_count": "7", "arrival_rate": "2.5", "poisson": "true", "run_time": ""}

    plan = plan_from(fields, OPEN)

    assert (plan.customers, plan.arrival_rate, plan.spacing, plan.duration_s) == (0, 2.5, "poisson", 0)
    assert plan_from({"poisson": "false"}, plan).spacing == "constant"


@pytest.mark.parametrize("plan", [CLOSED, OPEN])
def test_what_is_not_asked_stays_as_it_was(plan: LoadPlan):
    assert plan_from({"spawn_rate": "5", "host": "http://127.0.0.1:9"}, plan) == plan


def test_a_closed_scenario_has_no_rate():
    assert plan_from({"arrival_rate": "5", "poisson": "true"}, CLOSED) == CLOSED


@pytest.mark.parametrize(
    ("plan", "field", "value", "complaint"),
    [
        (CLOSED, "user_count", "0", "Number of users takes a whole number from 1 on"),
        (CLOSED, "user_count", "many", "Number of users takes a whole number from 1 on"),
        (CLOSED, "think", "-1", "Think takes a number of seconds from 0 to 3600"),
        (CLOSED, "think", "nan", "Think takes a number of seconds"),
        (CLOSED, "connections", "ten", "Connections takes a number from 1 on, or per-customer (it is 'ten')"),
        (CLOSED, "when_limited", "shy", "When limited takes drop, polite or rude (it is 'shy')"),
        (OPEN, "arrival_rate", "", "Arrival rate takes a number of customers a second"),
        (OPEN, "arrival_rate", "0", "above 0"),
        (OPEN, "arrival_rate", "inf", "Arrival rate takes"),
    ],
)
def test_what_cannot_work_is_said_in_words_for_the_form(plan: LoadPlan, field: str, value: str, complaint: str):
    with pytest.raises(UsageError) as raised:
        plan_from({field: value}, plan)

    assert complaint in str(raised.value)

"""Who sends the webhook calls, and what becomes of one that fails: seen and told, never failed."""

import re
from collections import Counter
from dataclasses import asdict

import pytest

from harness.conformance.attempts import (
    attempts,
    described,
    latencies,
    least_watched_s,
    order,
    schedule,
    sorted_out,
    telling,
    told_to_wait,
)
from harness.conformance.fixtures import WORLD
from harness.conformance.outcome import NotExercised
from harness.conformance.sender_trial import ASKING, FAILING, GONE, HORIZONS_S, STATUSES, Examination
from harness.conformance.sightings import listed

# Headers that a signature is known to come in, by parts of their names.
SIGNATURE = re.compile(r"sign|hmac|digest|jws|svix")
# A bystander that waits so many seconds longer than usual was held up.
HELD_UP_S = 1.0
# Of different values seen, so many are told.
SHOWN = 20


@pytest.fixture(scope="module")
def trial(pytestconfig):
    """The sender under all faults at once: done when the first check asks for it, and shared."""
    world = pytestconfig.stash[WORLD]
    horizon_s = HORIZONS_S[world.profile.budget]
    if horizon_s is None:
        raise NotExercised("it takes many seconds of waiting: not with --budget quick")
    world.replies.settle(world.ledger)
    done = Examination(world.api, world.sessions, world.replies, world.webhook, world.ledger).run(horizon_s)
    if not done.calls:
        raise NotExercised("no webhook call came that could have failed")
    return done


def calls_of(trial, name):
    """The attempts of one case, where they tell anything."""
    if name not in telling(trial.calls, trial.ended):
        raise NotExercised("no webhook call came, or too late, that could have been answered so")
    return trial.calls[name]


@pytest.mark.requirement("OBS-ACCEPTED-STATUSES")
@pytest.mark.stage("late")
def test_which_answers_lead_to_another_attempt(check, trial):
    names = {str(status): "gone" if status == GONE else str(status) for status in sorted((*STATUSES, GONE))}
    names["a reset connection"] = "reset"
    cases = telling({told: trial.calls[name] for told, name in names.items() if name in trial.calls}, trial.ended)
    if not cases:
        raise NotExercised("no webhook call came that could have been answered so")
    again, once = sorted_out(cases)
    seen = {told: described(calls, trial.ended) for told, calls in cases.items()}
    if not again:
        within = least_watched_s(cases.values(), trial.ended)
        raise NotExercised(f"no answer led to another attempt within {within:g} s: nothing tells which are accepted")
    told = f"another attempt after {', '.join(again)}"
    if once:
        within = least_watched_s([cases[name] for name in once], trial.ended)
        told += f"; none within {within:g} s after {', '.join(once)}"
    check.observe(told, count=len(cases), evidence={"after": seen})


@pytest.mark.requirement("OBS-RETRIES")
@pytest.mark.stage("late")
def test_how_a_call_that_fails_is_tried_again(check, trial):
    seen = described(calls_of(trial, "failing"), trial.ended)
    if seen["attempts"] == 1:
        check.absent(f"a call that got a 500: no second attempt within {seen['watched_s']:g} s", evidence=seen)
        return
    gaps = ", ".join(f"{gap:g}" for gap in seen["gaps_s"])
    told = f"a call that fails: {seen['attempts']} attempts in {seen['watched_s']:g} s, {gaps} s apart; it may go on"
    cases = telling(trial.calls, trial.ended)
    fitted = schedule([cases[name] for name in (*FAILING, "thrice", "500") if name in cases], trial.ended)
    evidence = {**seen, "schedule": asdict(fitted)}
    check.observe(f"{told}. The schedule: {fitted.words}", count=seen["attempts"], evidence=evidence)


@pytest.mark.requirement("OBS-SENDER-RETRY-AFTER")
@pytest.mark.stage("late")
def test_whether_the_sender_comes_back_when_it_was_told(check, trial):
    found, dated, seen = {}, {}, {}
    others = [trial.calls[name] for name in FAILING if name in trial.calls]
    for status in map(str, ASKING):
        plain, told, until = (trial.calls.get(name) for name in (status, f"{status} told", f"{status} dated"))
        if plain and told:
            found[status] = told_to_wait(plain, told, trial.asked_s, trial.ended, others=others)
            seen[status] = {"untold": described(plain, trial.ended), "told": described(told, trial.ended)}
        if plain and told and until:
            dated[status] = told_to_wait(plain, until, trial.asked_s, trial.ended, others=others)
            seen[status]["told_a_date"] = described(until, trial.ended)
    if not set(found.values()) - {"unknown"}:
        raise NotExercised(f"after a 429 and a 503 no other attempt came by itself, or as late as {trial.asked_s} s")
    evidence = {"asked_s": trial.asked_s, "after": seen, "found": found, "found_of_a_date": dated}
    words = {
        "obeyed": f"the next attempt waits for the {trial.asked_s} s that it was told",
        "ignored": f"the next attempt comes before the {trial.asked_s} s that it was told",
        "unseen": f"told {trial.asked_s} s, no other attempt came within what was watched; untold, one did",
        "unknown": f"no other attempt comes by itself, or one as late as {trial.asked_s} s",
    }
    dates = {
        "obeyed": "the next attempt waits for it",
        "ignored": "the next attempt comes before it, by the clock of the sink",
        "unseen": "no other attempt came within what was watched",
    }
    told = listed({f"a {status}": words[what] for status, what in found.items()})
    if known := {f"a {status}": dates[what] for status, what in dated.items() if what in dates}:
        told += f". Told a date: {listed(known)}"
    if {*found.values(), *dated.values()} <= {"ignored", "unknown"}:
        check.absent(told, count=len(found), evidence=evidence)
    else:
        check.observe(told, count=len(found), evidence=evidence)


@pytest.mark.requirement("OBS-OVERTAKING")
@pytest.mark.stage("late")
def test_whether_a_later_reply_passes_one_that_fails(check, trial):
    if not trial.mixed or not trial.beside:
        raise NotExercised("no call came that failed, or no second message was accepted in its session")
    first = attempts(trial.mixed)
    if len(first) < 2:
        raise NotExercised("a call that failed was not tried again, so that nothing waited that could be passed")
    found = order(trial.mixed, trial.beside, trial.ended)
    if found == "unknown":
        raise NotExercised(
            "beside it, where all calls succeed, no second reply came while the first was still tried again,"
            " or it said the same as the first"
        )
    evidence = {"order": found, **described(first, trial.ended), "calls": len(trial.mixed)}
    if found == "passed":
        check.observe("a later reply of the same session passes one whose calls fail", evidence=evidence)
    elif found == "after":
        told = "a later reply of the session came when the first was tried no more, and was due before"
        check.absent(told, evidence=evidence)
    else:
        within = evidence["watched_s"]
        told = f"no later reply of the session came within {within:g} s, in which the first failed {len(first)} times"
        check.absent(told, evidence=evidence)


@pytest.mark.requirement("OBS-RESUMING")
@pytest.mark.stage("late")
def test_whether_the_sender_goes_on_after_failures(check, trial):
    seen = described(calls_of(trial, "thrice"), trial.ended)
    failed = seen["answered"].count(500)
    again = 200 in seen["answered"]
    seen |= {"later_reply_s": trial.later_s, "others_served_again": trial.recovered}
    first = "the reply was sent until it succeeded" if again else "the reply did not come again"
    later = "no call came in time" if trial.later_s is None else f"a call came within {trial.later_s:g} s"
    told = f"{failed} failed in {seen['watched_s']:g} s, {first}; after a further message, when all was well, {later}"
    find = check.observe if again or trial.later_s is not None else check.absent
    find(told, count=failed, evidence=seen)


@pytest.mark.requirement("OBS-SENDER-TIMEOUT")
@pytest.mark.stage("late")
def test_how_long_the_sender_waits_for_an_answer(check, trial):
    seen = {**described(calls_of(trial, "slow"), trial.ended), "hung_up_after_s": trial.hung_up_s}
    if trial.hung_up_s is not None:
        check.observe(f"it hung up after {trial.hung_up_s:.1f} s without an answer", evidence=seen)
    elif seen["gaps_s"]:
        told = f"at most {seen['gaps_s'][0]:g} s: then a second attempt came, the first still without an answer"
        check.observe(told, evidence=seen)
    else:
        check.absent(f"it still waited after {seen['watched_s']:g} s", evidence=seen)


@pytest.mark.requirement("OBS-REDIRECTS")
@pytest.mark.stage("late")
def test_whether_redirects_are_followed(check, trial):
    redirects = {name.split()[1]: calls for name, calls in trial.calls.items() if name.startswith("redirect")}
    cases = telling(redirects, trial.ended)
    if not cases:
        raise NotExercised("no webhook call came that could have been redirected")
    seen = {status: {**described(calls, trial.ended), "followed": len(trial.redirected[status])}
            for status, calls in cases.items()}  # fmt: skip
    followed = [status for status in cases if trial.redirected[status]]
    again, _ = sorted_out(cases)
    evidence = {"after": seen, "calls_by_another_method": trial.other_methods}
    retried = f"; another attempt at the first URL after {', '.join(again)}" if again else ""
    if followed:
        check.observe(f"followed: {', '.join(followed)} of {', '.join(cases)}{retried}", evidence=evidence)
    elif trial.other_methods:
        told = f"followed by another method than POST ({trial.other_methods} calls){retried}"
        check.observe(told, evidence=evidence)
    else:
        within = least_watched_s(cases.values(), trial.ended)
        check.absent(f"none of {', '.join(cases)} was followed within {within:g} s{retried}", evidence=evidence)


@pytest.mark.requirement("OBS-HEAD-OF-LINE")
@pytest.mark.stage("late")
def test_whether_one_slow_call_holds_up_other_sessions(check, trial):
    calls_of(trial, "slow")
    served = [took for took in trial.served_s if took is not None]
    slowest, usual = max(served, default=None), trial.usual_s or 0.0
    evidence = {"bystanders_s": trial.served_s, "usual_s": trial.usual_s, "served_again": trial.recovered}
    if len(served) < len(trial.served_s):
        missing = len(trial.served_s) - len(served)
        told = f"{missing} of {len(trial.served_s)} replies did not come while a call of another session had no answer"
    elif slowest is not None and slowest > usual + HELD_UP_S:
        told = f"replies took up to {slowest:g} s while a call of another session had no answer, and {usual:g} s before"
    else:
        told = f"while a call had no answer, the replies to {len(served)} other sessions came within {slowest:g} s"
        check.absent(told, count=len(served), evidence=evidence)
        return
    check.observe(told, count=len(trial.served_s), evidence=evidence)


def headers_of(replies):
    """The headers of every webhook call of this run."""
    kept = [arrival.headers for arrival in replies.all() if arrival.headers is not None]
    if not kept:
        raise NotExercised("no webhook call came of which the sink kept the headers")
    return kept


@pytest.mark.requirement("OBS-SIGNATURE")
@pytest.mark.stage("last")
def test_whether_webhook_calls_are_signed(check, replies):
    kept = headers_of(replies)
    names = {name for headers in kept for name in headers}
    values = {name: {headers[name] for headers in kept if name in headers} for name in names}
    signed = sorted(name for name in values if SIGNATURE.search(name) or name == "authorization")
    varying = sorted(name for name in values if len(values[name]) > 1 and "fingerprint" in min(values[name]))
    evidence = {
        "looks_like_one": {
            name: {"different_values": len(values[name]), "such_as": min(values[name])} for name in signed
        },
        "others_that_vary": [name for name in varying if name not in signed][:SHOWN],
    }
    if not signed:
        told = f"no header that looks like a signature in {len(kept)} calls"
        check.absent(told, count=len(kept), evidence=evidence)
        return
    told = [f"{name} ({'differs' if len(values[name]) > 1 else 'always the same'})" for name in signed]
    check.observe(", ".join(told), count=len(kept), evidence=evidence)


@pytest.mark.requirement("OBS-SENDER")
@pytest.mark.stage("last")
def test_who_sends_the_webhook_calls(check, replies, profile):
    kept = headers_of(replies)
    names = Counter(name for headers in kept for name in headers if not name.startswith(":"))
    evidence = {
        "user_agents": most(Counter(headers.get("user-agent", "none") for headers in kept)),
        "source_addresses": most(Counter(arrival.peer for arrival in replies.all() if arrival.peer)),
        "forwarded_for": most(Counter(headers["x-forwarded-for"] for headers in kept if "x-forwarded-for" in headers)),
        "http_versions": most(Counter(headers[":version"] for headers in kept)),
        "content_types": most(Counter(headers.get("content-type", "none") for headers in kept)),
        "header_names": most(names),
    }
    through = " (of whatever stands before the public URL)" if profile.public_url else ""
    agents, peers, versions, types = (
        ", ".join(evidence[name]) for name in ("user_agents", "source_addresses", "http_versions", "content_types")
    )
    told = f"User-Agent {agents}; from {peers}{through}; {versions}; Content-Type {types}"
    check.observe(told, count=len(kept), evidence=evidence)


def most(counted):
    """The most frequent ones, with their counts: a target may send something new in each call."""
    return dict(counted.most_common(SHOWN))


@pytest.mark.requirement("OBS-WEBHOOK-URLS")
@pytest.mark.stage("last")
def test_which_webhook_urls_are_called(check, replies, webhook):
    called = len(replies.all())
    scheme = webhook.url.partition(":")[0]
    if not called:
        raise NotExercised(f"no webhook call came, to {scheme} or otherwise")
    rest = "https with a self-signed certificate was not tried: the sink has no TLS of its own"
    evidence = {scheme: f"{called} calls", "self_signed": "not tried: the sink has no TLS of its own"}
    check.observe(f"{scheme} is called; {rest}", count=called, evidence=evidence)


@pytest.mark.requirement("OBS-TAIL-LATENCY")
@pytest.mark.stage("last")
def test_how_long_replies_take(check, replies, ledger):
    single = [talk for talk in ledger.all() if len(talk.accepted) == 1 and not talk.excused]
    came = [(talk.accepted[0][0], replies.of(talk.session)) for talk in single]
    samples = [arrivals[0].at - sent for sent, arrivals in came if arrivals]
    if not samples:
        raise NotExercised("in no session was one message accepted and replied to")
    seen = latencies(samples)
    told = ", ".join(f"{name.removesuffix('_ms')} {seen[name]:g} ms" for name in seen if name != "count")
    unanswered = len(single) - len(samples)
    check.observe(
        f"from sending a session's only message to its first reply: {told}, in {seen['count']} sessions",
        count=len(samples),
        evidence={**seen, "unanswered": unanswered},
    )

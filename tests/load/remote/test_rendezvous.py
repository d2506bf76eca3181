"""Only who knows the token gets in, and nobody can write what is not the next piece of his own journal."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from harness import __version__
from harness.errors import CouldNotRun, UsageError
from harness.load.remote import outpost
from harness.load.remote.rendezvous import Rendezvous
from harness.processes.interrupt import Interrupt
from tests.load.remote.machines import TOKEN, meeting
from tests.load.running import until

BRIEF = {"a": "brief"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Rendezvous, httpx.Client]]:
    where = meeting(patience_s=0.2)
    parts = [tmp_path / "parts" / f"part-{number}.ndjson" for number in range(2)]
    with (
        Rendezvous(where, BRIEF, parts) as rendezvous,
        httpx.Client(
            base_url=f"http://{where.host}:{where.port}", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        ) as client,
    ):
        yield rendezvous, client


def join(client: httpx.Client, **said: str) -> httpx.Response:
    return client.post("/members", json={"host": "h", "version": __version__, **said})


@pytest.mark.parametrize("path", ["/clock", "/members", "/members/0", "/members/0/journal", "/members/0/end"])
@pytest.mark.parametrize("token", ["", "Bearer wrong", "Bearer \u00e9"])
def test_nobody_gets_in_without_the_token(place, path: str, token: str):
    rendezvous, client = place
    join(client)
    before = len(rendezvous.members)

    answer = client.request(
        "GET" if path == "/clock" else "POST", path, headers={"Authorization": token.encode()}, content=b"{}"
    )

    assert (answer.status_code, len(rendezvous.members), rendezvous.members[0].exit_code) == (401, before, None)


def test_a_member_is_told_its_number_and_the_brief(place):
    _, client = place

    assert join(client).json() == {"number": 0, "ticket": 0, "brief": BRIEF}
    assert join(client).json() == {"number": 1, "ticket": 1, "brief": BRIEF}


def test_until_the_run_begins_the_seat_of_who_is_gone_is_free_again(place, monkeypatch: pytest.MonkeyPatch):
    rendezvous, client = place
    join(client)
    join(client)
    client.post("/members/1", json={"clock": [0, 1]})
    monkeypatch.setattr(outpost, "SILENCE_S", 0.0)
    until(lambda: rendezvous.members[0].exit_code)
    monkeypatch.setattr(outpost, "SILENCE_S", 60.0)

    assert join(client, host="again\x1b[2J").json() == {"number": 0, "ticket": 2, "brief": BRIEF}
    assert client.post("/members/0", json={"clock": [0, 1]}).status_code == 400
    assert client.post("/members/2", json={"clock": [0, 1]}).status_code == 200
    assert rendezvous.members[0].host == "again?[2J"


def test_who_is_not_expected_is_turned_away(place):
    _, client = place
    join(client)
    join(client)

    answer = join(client)

    assert (answer.status_code, answer.json()["error"]) == (409, "all 2 workers are here already")


def test_another_version_is_turned_away(place):
    _, client = place

    answer = join(client, version="0.0.9")

    assert answer.status_code == 409
    assert "install the same" in answer.json()["error"]


def test_a_piece_that_is_sent_twice_is_written_once(place, tmp_path: Path):
    rendezvous, client = place
    for number in range(2):
        join(client)
        client.post(f"/members/{number}", json={"clock": [0, 1]})
    assert client.post("/members/0/journal?from=0", content=b"too soon\n").status_code == 400
    rendezvous.gather(Interrupt())

    sizes = [
        client.post(f"/members/0/journal?from={start}", content=piece).json()["size"]
        for start, piece in ((0, b"one\n"), (0, b"one\n"), (4, b"two\n"), (100, b"no\n"), (8, b"three\n"))
    ]

    assert sizes == [4, 4, 8, 8, 14]
    assert (tmp_path / "parts" / "part-0.ndjson").read_bytes() == b"one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/members", b"no json"),
        ("/members", b"[]"),
        ("/members", b"{}"),
        ("/members/7", b"{}"),
        ("/members/-1", b"{}"),
        ("/members/x", b"{}"),
        ("/members/0", b'{"clock": "soon"}'),
        ("/members/0", b"[]"),
        ("/members", b"[" * 100_000),
        ("/members/0/journal", b"no place"),
        ("/members/0/journal?from=x", b"no place"),
        ("/members/0/end", b"{}"),
    ],
)
def test_nonsense_is_refused_and_does_no_harm(place, path: str, content: bytes):
    rendezvous, client = place
    join(client)

    assert client.post(path, content=content).status_code == 400
    assert client.get("/clock").status_code == 200
    assert rendezvous.members[0].exit_code is None


def test_who_does_not_come_is_waited_for_only_so_long(place):
    rendezvous, client = place
    join(client)

    with pytest.raises(CouldNotRun, match="0 of 2 workers came within"):
        rendezvous.gather(Interrupt())

    assert client.post("/members/0", json={"clock": [0, 0]}).json() == {"go": False, "leave": True}


def test_all_who_are_ready_may_go(place):
    rendezvous, client = place
    for number in range(2):
        join(client)
        client.post(f"/members/{number}", json={"clock": [number, 100]})

    assert rendezvous.gather(Interrupt())
    assert client.post("/members/1", json={"clock": None}).json() == {"go": True, "leave": False}
    assert [(each.process, each.offset_ns, each.bound_ns) for each in rendezvous.compared()] == [
        ("customers-1", 0, 100),
        ("customers-2", 1, 100),
    ]


def test_a_silent_member_is_given_up(place, monkeypatch: pytest.MonkeyPatch):
    rendezvous, client = place
    join(client)
    monkeypatch.setattr(outpost, "SILENCE_S", 0.05)
    (member,) = rendezvous.members

    assert until(lambda: member.exit_code) == 1
    assert member.obituary().startswith("not heard of for")


def test_a_port_that_is_taken_is_a_clear_error(place, tmp_path: Path):
    rendezvous, _ = place

    with pytest.raises(UsageError, match=r"--master 127\.0\.0\.1:\d+: .*in use"):
        Rendezvous(rendezvous._meeting, BRIEF, [tmp_path / "x"]).open()

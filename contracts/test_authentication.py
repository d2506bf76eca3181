"""Who may call: the key in the Authorization header, and nothing else."""

from base64 import b64encode
from urllib.parse import quote

import pytest

from harness.client.source_system import encode, messages_path
from harness.client.veil import Veiled
from harness.conformance.samples import customer


def every_operation(api, webhook, session):
    """A surely valid request of each operation, as (path, body). The webhook is the one that is registered anyway."""
    return (
        ("/v1/sessions", {"clientId": api.client_id, "source": "sms", "customer": customer(1)}),
        (messages_path(session.id), {"content": "Hello"}),
        ("/v1/webhooks", {"url": webhook.url, "event": "message"}),
    )


def almost_the_key(key):
    """Authorization values that are close to the real one, and what they show of themselves."""
    scheme, token = key.reveal().split(" ")
    name = key.shown.partition("$")[2]
    swapped = "A" if token[-1] != "A" else "B"
    first = "A" if token[0] != "A" else "B"
    other_case = token.swapcase()
    values = [
        Veiled(f"{scheme} {token[:-1]}", f"{scheme} ${{{name}%?}}"),
        Veiled(f"{scheme} {token[:-1]}{swapped}", f"{scheme} ${{{name}%?}}{swapped}"),
        Veiled(f"{scheme} {token[1:]}", f"{scheme} ${{{name}#?}}"),
        Veiled(f"{scheme} {first}{token[1:]}", f"{scheme} {first}${{{name}#?}}"),
        Veiled(f"{scheme} {token[: len(token) // 2]}", f"{scheme} ${{{name}:0:{len(token) // 2}}}"),
        Veiled(f"{scheme} {token[::-1]}", f"{scheme} $(rev <<< ${name})"),
        Veiled(f"{scheme} {token}x", f"{scheme} ${{{name}}}x"),
        Veiled(f"{scheme} x{token}", f"{scheme} x${{{name}}}"),
        Veiled(f"{scheme} {token},{token}", f"{scheme} ${name},${name}"),
        Veiled(f"{scheme} %{ord(token[0]):02X}{token[1:]}", f"{scheme} %{ord(token[0]):02X}${{{name}#?}}"),
        Veiled(f"{scheme} {b64encode(token.encode()).decode()}", f"{scheme} $(printf %s ${name} | base64)"),
        Veiled(f"{scheme} {token} {token}", f"{scheme} ${name} ${name}"),
        Veiled(f"{scheme}{token}", f"{scheme}${name}"),
        Veiled(token, f"${name}"),
    ]
    if other_case != token:
        values.append(Veiled(f"{scheme} {other_case}", f"{scheme} ${{{name}~~}}"))
    return values


def _token(api):
    return api.key.reveal().split(" ")[1]


@pytest.mark.requirement("AUTH-1")
def test_a_request_without_a_key_is_refused(check, api, sessions, webhook):
    unknown = (messages_path("never-given-out"), {"content": "Hello"})
    for path, body in (*every_operation(api, webhook, sessions.open()), unknown):
        check.status(api.post(path, body, key=None), 401)


@pytest.mark.requirement("AUTH-1")
def test_a_key_in_another_header_is_none(check, api, sessions, webhook):
    token = _token(api)
    for path, body in every_operation(api, webhook, sessions.open()):
        for header in ("X-API-Key", "X-Auth-Token", "Api-Key", "X-Authorization", "Proxy-Authorization"):
            for value in (token, f"Bearer {token}"):
                elsewhere = [(header, Veiled(value, value.replace(token, api.key.shown[7:])))]
                check.status(api.request("POST", path, content=encode(body), key=None, headers=elsewhere), 401)


@pytest.mark.requirement("AUTH-2")
def test_a_key_that_was_never_issued_is_refused(check, api, sessions, webhook):
    invented = [
        "Bearer never-issued",
        "Bearer 0",
        "Bearer null",
        "Bearer undefined",
        "Bearer *",
        "Bearer %",
        "Bearer",
        "",
    ]
    same_shape = "".join("z" if letter.isalpha() else "7" if letter.isdigit() else letter for letter in _token(api))
    as_client = f"Bearer {api.client_id}"
    session = sessions.open()
    ids = (session.id, session.user or "")
    as_ids = [f"Bearer {value}" for value in ids if value.isascii() and value.isprintable() and value.strip()]
    for value in [*invented, f"Bearer {same_shape}", as_client, *as_ids, *almost_the_key(api.key)]:
        for path, body in every_operation(api, webhook, session):
            check.status(api.post(path, body, key=value), 401)


@pytest.mark.requirement("AUTH-3")
def test_the_key_is_accepted_at_any_time(check, api, sessions, webhook):
    session = sessions.open()
    for path, body in every_operation(api, webhook, session) * 2:
        check.accepted(api.post(path, body))
        api.post(path, body, key="Bearer never-issued")
        check.accepted(api.post(path, body), "a refused request in between changes nothing")


@pytest.mark.requirement("AUTH-3")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_who_was_let_in_once_is_let_in_again(check, ledger):
    refused = ledger.locked_out[0] if ledger.locked_out else None
    expected = "no 401 to a key that was accepted before, for the same client and session"
    check.that(refused is None, expected, count=ledger.known_callers, after=refused)


@pytest.mark.requirement("AUTH-4")
def test_the_name_of_the_scheme_is_case_insensitive(check, api, sessions, webhook):
    scheme, token = api.key.reveal().split(" ")
    variable = api.key.shown.partition(" ")[2]
    session = sessions.open()
    for spelling in (scheme.lower(), scheme.upper()):
        for path, body in every_operation(api, webhook, session):
            check.accepted(api.post(path, body, key=Veiled(f"{spelling} {token}", f"{spelling} {variable}")))


@pytest.mark.requirement("AUTH-4")
def test_another_scheme_is_refused(check, api, sessions, webhook):
    token = api.key.reveal().split(" ")[1]
    variable = api.key.shown.partition(" ")[2]
    session = sessions.open()
    others = [Veiled(f"{scheme} {token}", f"{scheme} {variable}") for scheme in ("Basic", "Token", "ApiKey", "Digest")]
    for before, after in (("", ":"), (":", ""), (f"{api.client_id}:", "")):
        encoded = b64encode(f"{before}{token}{after}".encode()).decode()
        others.append(Veiled(f"Basic {encoded}", f"Basic $(printf %s '{before}'\"{variable}\"'{after}' | base64 -w0)"))
    for value in others:
        for path, body in every_operation(api, webhook, session):
            check.status(api.post(path, body, key=value), 401)


@pytest.mark.requirement("SEC-5")
def test_a_key_outside_the_header_is_not_taken(check, api, sessions, webhook):
    token = api.key.reveal().split(" ")[1]
    session = sessions.open()
    for path, body in every_operation(api, webhook, session):
        for name in ("access_token", "api_key", "apiKey", "key", "token", "authorization"):
            check.status(api.post(f"{path}?{name}={quote(token, safe='')}", body, key=None), 401)
        named = {"access_token": token, "apiKey": token, "Authorization": f"Bearer {token}"}
        check.status(api.post(path, {**body, **named}, key=None), 401)
        other_header = [("X-API-Key", Veiled(token, api.key.shown[7:]))]
        check.status(api.request("POST", path, content=encode(body), key=None, headers=other_header), 401)
        cookie = [("Cookie", Veiled(f"token={token}; Authorization={token}", f"token={api.key.shown[7:]}"))]
        check.status(api.request("POST", path, content=encode(body), key=None, headers=cookie), 401)


@pytest.mark.requirement("SEC-6")
def test_authentication_comes_before_the_body(check, api, sessions):
    session = sessions.open()
    for path in ("/v1/sessions", messages_path(session.id), messages_path("never-given-out"), "/v1/webhooks"):
        for body in (b"", b"{}", b"[", b'{"content": 5, "url": 5, "clientId": 5}'):
            for key in (None, "Bearer never-issued"):
                check.status(api.request("POST", path, content=body, key=key), 401)

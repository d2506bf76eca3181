"""A flag beats the environment, which beats the profile; every complaint names its origin and shows no secret."""

import pytest

from harness.errors import UsageError
from harness.profile import Profile, environment_of, resolve

NEEDED = {"HARNESS_BASE_URL": "https://env.example", "HARNESS_CLIENT_ID": "id", "HARNESS_API_KEY": "sk-very-secret"}


def test_a_flag_beats_the_environment_which_beats_the_profile():
    table = {"base_url": "https://table.example", "reply_timeout": 3, "max_rate": 7}
    environment = {**NEEDED, "HARNESS_REPLY_TIMEOUT": "4"}

    profile = resolve({"base_url": "https://flag.example/"}, environment, table)

    assert (profile.base_url, profile.reply_timeout, profile.max_rate) == ("https://flag.example", 4.0, 7.0)


def test_an_empty_variable_counts_as_absent():
    assert resolve({}, {**NEEDED, "HARNESS_PUBLIC_URL": ""}, {}).public_url is None


def test_a_secret_is_never_taken_from_a_flag():
    with pytest.raises(UsageError, match="HARNESS_API_KEY"):
        resolve({"api_key": "sk-very-secret"}, {k: v for k, v in NEEDED.items() if "KEY" not in k}, {})


@pytest.mark.parametrize("missing", NEEDED)
def test_what_is_needed_and_missing_is_named_with_the_way_to_give_it(missing):
    with pytest.raises(UsageError, match=missing):
        resolve({}, {k: v for k, v in NEEDED.items() if k != missing}, {})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HARNESS_BASE_URL", "example.org"),
        ("HARNESS_BASE_URL", "ftp://example.org"),
        ("HARNESS_BASE_URL", "https://user:pass@example.org"),
        ("HARNESS_BASE_URL", "https://example.org:port"),
        ("HARNESS_BASE_URL", "https://example.org/?a=b"),
        ("HARNESS_REPLY_TIMEOUT", "soon"),
        ("HARNESS_REPLY_TIMEOUT", "0"),
        ("HARNESS_REPLY_TIMEOUT", "inf"),
        ("HARNESS_REPLY_TIMEOUT", "nan"),
        ("HARNESS_MAX_RATE", "-1"),
        ("HARNESS_SINK_LISTEN", "9000"),
        ("HARNESS_SEED", "1.5"),
        ("HARNESS_STRICT", "perhaps"),
        ("HARNESS_BUDGET", "endless"),
        ("HARNESS_OBJECTIVES", "fast"),
        ("HARNESS_OTHER_CLIENT_ID", "alone"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_it_came_under(variable, value):
    with pytest.raises(UsageError, match=variable.replace("CLIENT_ID", "API_KEY")):
        resolve({}, {**NEEDED, variable: value}, {})


@pytest.mark.parametrize("key", ["with space", "zeilen\numbruch", "schlüssel-lang", "short"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key):
    with pytest.raises(UsageError, match="HARNESS_API_KEY") as caught:
        resolve({}, {**NEEDED, "HARNESS_API_KEY": key}, {})

    assert key not in str(caught.value)


def test_a_second_tenant_with_the_first_one_s_key_is_refused():
    other = {"HARNESS_OTHER_API_KEY": "sk-very-secret", "HARNESS_OTHER_CLIENT_ID": "other"}

    with pytest.raises(UsageError, match="same key"):
        resolve({}, {**NEEDED, **other}, {})


def test_an_unknown_key_of_the_profile_is_refused():
    with pytest.raises(UsageError, match="'base_uri'"):
        resolve({}, NEEDED, {"base_uri": "https://example.org"})


def test_the_description_for_reports_holds_no_secret():
    profile = resolve({}, {**NEEDED, "HARNESS_OTHER_API_KEY": "other-secret", "HARNESS_OTHER_CLIENT_ID": "o"}, {})

    shown = f"{profile} {profile.described()}"

    assert "secret" not in shown.replace("[secret]", "")


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {
            "HARNESS_OTHER_API_KEY": "other-secret",
            "HARNESS_OTHER_CLIENT_ID": "other",
            "HARNESS_PUBLIC_URL": "https://tunnel.example/hook",
            "HARNESS_SINK_LISTEN": "[::1]:9000",
            "HARNESS_SESSION_TTL": "20",
            "HARNESS_MAX_RATE": "12.5",
            "HARNESS_HANDOVER_PHRASES": "a human, please,operator",
            "HARNESS_OBJECTIVES": "reply_p99<2s,lost<0.1%",
            "HARNESS_SEED": "7",
            "HARNESS_STRICT": "true",
            "HARNESS_BUDGET": "quick",
            "HARNESS_KNOWN_FAILURES": "ci/known.yaml",
        },
    ],
)
def test_a_child_process_resolves_the_same_profile_from_its_environment(extra):
    profile = resolve({}, {**NEEDED, **extra}, {})

    assert isinstance(profile, Profile)
    assert resolve({}, environment_of(profile), {}) == profile

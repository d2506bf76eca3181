"""Which requests a policy counts, and so may refuse. Of each kind, those that are:

everything      whatever is well-formed HTTP, before anything is known of it: a path that there is not, a wrong method
                and a wrong key among it
authenticated   what has a route and a valid key, before its body is looked at. Its answer makes no difference: a 400, a
                404 for an unknown session and a 200 use up the same quota
known_sessions  as authenticated, but for messages to a session that there is not: they get their 404 uncounted

A request that was refused as no HTTP, or for its path, method or key, uses up nothing but under `everything`.
"""

from collections.abc import Set

EVERYTHING = "everything"
AUTHENTICATED = "authenticated"
KNOWN_SESSIONS = "known_sessions"
COUNTED = (AUTHENTICATED, EVERYTHING, KNOWN_SESSIONS)

# The kinds that a request belongs to when it has just come, and once its key is accepted.
ON_ARRIVAL: Set[str] = frozenset({EVERYTHING})
WITH_A_KEY: Set[str] = frozenset({AUTHENTICATED, KNOWN_SESSIONS})
WITH_A_KEY_FOR_NO_SESSION: Set[str] = frozenset({AUTHENTICATED})

"""How webhook calls are sent: the policy that a sandbox is told, and what follows from it.

policy (what counts as success, when it is tried again, in which order) · reading (a policy from one line) · backoff
(the next attempt, by the policy) · sender (one call, over HTTP)
"""

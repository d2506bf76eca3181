"""How long things may take in a load run, in seconds. Shared by both sides, so it imports neither of them."""

CONNECT_S = 5.0
READ_S = 15.0
# Connecting and reading together, however slowly an answer trickles in.
EXCHANGE_S = CONNECT_S + READ_S
# A connection that lay idle for longer is not used again. Many servers close theirs after 5 s, and a request that meets
# a closing connection fails without the target being to blame.
IDLE_S = 4.0
# Starting Python and Locust on a busy machine, and ending them.
PROCESS_S = 30.0
# Scheduling, on top of a bound that is kept elsewhere.
MARGIN_S = 5.0


def farewell_s(reply_timeout_s: float) -> float:
    """What a customer needs at most to finish: the exchange in flight, and the reply to it."""
    return EXCHANGE_S + reply_timeout_s + MARGIN_S

"""The load client's hot path: HTTP/1.1 with as little as possible between a customer and the socket.

requests (bytes, made ahead as far as they can be) · answer (read by a parser in C, bounded) · connection (kept alive,
one exchange at a time) · dialler (opens and watches them) · pool (customers share them) · failure (why there
is no answer, in few words)

A request is sent once, whatever comes of it: a POST that is sent twice is two messages.
"""

"""A load run: customers hold conversations with the target, and every message is followed to its reply.

Two halves, in two processes. `run.py` is the command's side: it starts, watches and ends the others, and never imports
locust. `customer.py`, `station.py` and `listeners.py` live in Locust's process, under gevent. Both meet in the journal.
"""

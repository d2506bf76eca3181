"""Finds out from outside what a target's rate limiter is. How it is told from a trace: see harness/identification.

subject (whom a request is of) · asker (sends, each request at its time) · purse (the hard cap) · cheapest (which
request to ask with) · untried (what more was not asked) · scope (whose quota) · claims (what it tells of itself) ·
inquiry (all of it, in order) · found (as plain data) · phase (journalled)
"""

"""The sandbox: a faithful Messaging API, for anyone who builds a source system and for the harness itself.

It shares nothing with the rest of the harness: no models, no validators, no schema. A mistake that a server and its
checkers had in common would agree with itself; these two meet on HTTP only.
"""

"""A rate limiter, identified from outside: what was seen, what each family would have said, and what to send next.

Pure: nothing here sends. trace (what was seen) · families (what would have been said) · openings, estimates, fit (which
parameters explain it) · experiments (what to send) · procedure (the whole of it) · answer (what came of it)
"""

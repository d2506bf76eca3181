"""The gate: does the target keep the contract?

gate (runs it as a child) · plugin and fixtures (pytest's side) · world (what the checks share) · preflight
aside (checks that run beside the others) · check (the verifier in a check's hand) · outcome (what ends one early)
sessions, replies, webhook (to talk and listen) · surge (many customers at once) · sender_trial (calls that fail)
ledger and traffic (what happened, whoever caused it) · oracles and arrival_oracles (what may not happen)
order, attempts (what was heard, tried again) · sightings (what was seen, in words)
limited (tells that the gate waits because it is limited)
samples, people, oddities (data) · plausible (what a target may well refuse or leave unanswered)
generation, exploration and walk (more data than anybody writes by hand)
reporting, part, known, table (to and from the run that this is a part of)

The checks themselves are in contracts/.
"""

"""The gate: does the target keep the contract?

gate (runs it as a child) · plugin and fixtures (pytest's side) · world (what the checks share) · preflight
check (the verifier in a check's hand) · outcome (what ends one early) · sessions, replies, webhook (to talk and listen)
ledger and traffic (what happened, whoever caused it) · oracles and arrival_oracles (what may not happen)
samples and people (data) · generation, exploration and walk (more data than anybody writes by hand)

The checks themselves are in contracts/.
"""

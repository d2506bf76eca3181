"""The webhook sink: a process of its own that takes the target's replies, and the ways to hear from it.

    target ──POST /<token>──► connection ─► receiver ─► intake ─► journal part
                                                          └─► history ─► control: GET /feed ─► feed ─► inbox

On the sink's side: server, connection, receiver, faults, arrival, intake, history, gauges, control. On the side of
who waits: process (starts it), address, client (asks it), feed (hears it), inbox (waits for a session).
"""

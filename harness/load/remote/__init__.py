"""Load from several machines: workers elsewhere meet the run, and what they write comes to its folder.

rendezvous (on the master's machine: who joins, what they are told, where their journals go) · member (on a worker's
machine: joins, starts the customers, tells) · shipment (a journal on its way, in the master's clock) · clock_line (asks
for the other's time) · meeting (where, and by which token)

Nothing else of a load run knows of other machines: their journals lie in the run's folder, by the clock of its machine.
"""

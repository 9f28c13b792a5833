"""Social payments: from person to person, red packets, group collections.

Sub-rooms by state machine: `payment/` (personal payments, and asking for one back), `packet/` (red packets:
equal, lucky draw, the return of the rest), `collection/` (group collections), `receiving/` (how people are
found and paid: the codes they show, whom they paid before). `books.py` compares them with the ledger.
"""

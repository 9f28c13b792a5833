"""Shifts: a cashier opens one at a till, sells, counts, and closes it."""

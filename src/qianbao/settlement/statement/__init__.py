"""Statements: what came, what was kept back, what was paid out, and the balances before and after."""

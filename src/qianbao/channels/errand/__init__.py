"""Money between a bank and an account, in either direction: top-ups and withdrawals."""

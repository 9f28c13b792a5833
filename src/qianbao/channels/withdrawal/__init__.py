"""Money from a wallet, or a merchant's takings, to a bank account."""

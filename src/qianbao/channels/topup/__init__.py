"""Money from a bank card into a wallet."""

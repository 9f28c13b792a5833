"""Bills of other wallets."""

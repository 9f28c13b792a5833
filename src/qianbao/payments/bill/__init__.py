"""A person's bills: everything that moved on their wallets, with whom, and a payment's receipt."""

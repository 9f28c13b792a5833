"""Real consumption records, driven through the payment path as trades; and the starter city."""

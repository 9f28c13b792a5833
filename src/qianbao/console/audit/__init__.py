"""The log of what the people of the house did: written before the deed, only added to, chained by hashes."""

"""A trade: one payment of a merchant, from prepay to its end."""

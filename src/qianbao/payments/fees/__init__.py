"""What a merchant pays for a trade, and what of it comes back with a refund."""

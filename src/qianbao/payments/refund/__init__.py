"""Refunds: money of a paid trade that goes back, in one piece or many."""

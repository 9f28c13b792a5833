"""Takings: what a store sold, by item, cashier and hour."""

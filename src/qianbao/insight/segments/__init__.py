"""Kinds of a merchant's own customers, that it can address without seeing a person."""

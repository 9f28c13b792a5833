"""Merchant demand: customers a store and day, two weeks ahead, with intervals."""

"""Erasure: the row that says whose records are is destroyed, and with it whatever is not in the lake."""

"""Consumption records: taken from the outbox exactly once, amended by refunds, kept in a table and a lake."""

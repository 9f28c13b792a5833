"""Webhooks: events told to merchants' own programs, signed, retried until acknowledged, in order."""

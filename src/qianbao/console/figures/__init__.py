"""Figures of what is paid: now, today, over a period, by what is compared. Roll-ups of the outbox."""

"""Retention: records go when they are older than their purpose keeps them; figures of days stay."""

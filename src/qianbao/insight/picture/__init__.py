"""A person's own picture of what they spend: compared with themselves, every number with its records."""

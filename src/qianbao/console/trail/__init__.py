"""All that is known of a trade: its states with times, its transfers, its events, their deliveries."""

"""What a person may ask of whoever keeps their records: who read them, a copy, a correction, an end."""

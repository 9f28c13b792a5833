"""Bank cards that people and merchants have linked."""

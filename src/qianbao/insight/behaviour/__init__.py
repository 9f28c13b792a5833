"""Other behaviour that a house joins with payments: shops' orders, page and search events, who knows whom."""

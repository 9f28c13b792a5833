"""The books' standing: the zero-sum of each currency, the platform's own accounts, the whole check."""

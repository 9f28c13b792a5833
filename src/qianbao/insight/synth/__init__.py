"""Synthetic records with a known truth: what estimators must find again. Nobody real is in them."""

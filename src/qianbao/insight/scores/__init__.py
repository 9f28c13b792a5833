"""Scores in batches, and figures of groups: computed from records of those who let them be used for it."""

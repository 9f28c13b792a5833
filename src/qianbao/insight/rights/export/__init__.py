"""A copy of everything that is kept of a person's spending, for themselves: as it lies there."""

"""Comparisons with published results, and measurements on time that a model has not seen."""

"""Correction: a person says of which kind a record is, and pictures and scores take their word for it."""

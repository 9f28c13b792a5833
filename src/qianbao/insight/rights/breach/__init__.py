"""Whose records were read in a time, by account: what the law asks for when something has gone wrong."""

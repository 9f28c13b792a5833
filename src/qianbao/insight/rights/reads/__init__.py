"""The log of reading: whose records were read, for which purpose, by whom, and when."""

"""A person's yes or no, for one purpose at a time; what is read, is read through it."""

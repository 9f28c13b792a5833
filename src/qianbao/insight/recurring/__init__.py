"""What comes again in a person's own records, and what is unlike them."""

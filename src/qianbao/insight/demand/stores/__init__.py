"""What a merchant sees of a store's demand: who comes again, when, and how many to expect."""

"""User models: fitted by maximum likelihood, or measured on time they have not seen; a card says which."""

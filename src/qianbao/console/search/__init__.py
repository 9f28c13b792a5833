"""Finding anything from whatever one has of it: an id, a phone's tail, a name, an amount, a number."""

"""What crosses stores: released once a day by city and kind, with differential privacy."""

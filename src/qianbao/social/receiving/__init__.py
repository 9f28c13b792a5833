"""How people are found and paid: codes to show, whom one has paid before."""

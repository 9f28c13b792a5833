"""Personal payments: a payment, and asking for one back that went to the wrong person."""

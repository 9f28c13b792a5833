"""The counter's codes: a merchant's printed QR codes, and the number that a payer types at a stall."""

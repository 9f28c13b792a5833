"""A person's own bills, as the closed wallets export them, read on the person's own machine.

No server, no account, nothing leaves the machine. What is read becomes one kind of record (`models.Bill`);
in = out + set aside, always.
"""

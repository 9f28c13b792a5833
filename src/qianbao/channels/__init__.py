"""Bank rails: linked cards, top-ups, withdrawals, and the banks behind one protocol.

The only bank that comes with the house is a simulator (模拟 simulated), and it says so everywhere.
"""

"""What people consume, and what follows from it: records out of events, user models, and what they tell.

It reads events (`events/`) and who the parties are (`parties/`), and never a room in which something is
bought. Everything here knows people by a pseudonym; the row that says whose it is can be destroyed.
"""

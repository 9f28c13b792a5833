"""What the people of the house see and do: figures as they happen, search, the books' standing, backups, and
the log of everything that an operator did. It reads every room below and changes none of them.
"""

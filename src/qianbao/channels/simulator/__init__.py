"""A bank that is not one (模拟 simulated): its own books, and whatever behaviour is asked of it."""

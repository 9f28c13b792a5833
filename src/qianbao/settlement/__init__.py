"""What a merchant took and what becomes of it: shifts at the till, takings by the hour, statements."""

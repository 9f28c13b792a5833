"""What a merchant took: shifts, takings, statements, on paper."""

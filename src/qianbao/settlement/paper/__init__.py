"""Takings, statements and posters on paper: CSV for a spreadsheet, PDF to print and to keep."""

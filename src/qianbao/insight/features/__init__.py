"""Features: each defined once, as of a day, by what was known then; run by DuckDB here and by Spark there."""

"""The platform's subsidy budget: funded from the house's capital, spent by subsidised trades."""

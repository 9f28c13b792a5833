"""Whom a coupon, a subsidy or a message moves: uplift where it was dealt at random, use where it was not."""

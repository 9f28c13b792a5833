"""Counters that hold over processes and restarts: how often a key may do something in a time."""

from qianbao.credentials.rate.service import Rates, TooManyTries, Wait

__all__ = ["Rates", "TooManyTries", "Wait"]

"""Counters that hold over processes and restarts: how often a key may do something in a time."""

from qianbao.credentials.rate.service import RateLimited, Rates, Wait

__all__ = ["RateLimited", "Rates", "Wait"]

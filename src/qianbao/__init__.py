"""Qianbao (钱包): the open mobile-payment network. See docs/explanation/house.md for the rooms."""

__version__ = "0.1.0"

"""The ledger in a TigerBeetle cluster, through its official Python client."""

from qianbao.ledger.tigerbeetle.engine import TigerBeetleEngine

__all__ = ["TigerBeetleEngine"]

"""The ledger in PostgreSQL: one function call a batch."""

from qianbao.ledger.postgres.engine import PostgresEngine

__all__ = ["PostgresEngine"]

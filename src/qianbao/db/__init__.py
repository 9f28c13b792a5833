"""PostgreSQL: the embedded server, the pool, migrations and gathered loads."""

from qianbao.db.load import Gather
from qianbao.db.migrate import migrate
from qianbao.db.pool import Database, DatabaseLost, connect
from qianbao.db.sql import queries

__all__ = ["Database", "DatabaseLost", "Gather", "connect", "migrate", "queries"]

"""What happened, told: the outbox read in order, webhooks, server-sent events, one schema an event type."""

from qianbao.events.bell import Bell
from qianbao.events.dispatcher import Dispatcher
from qianbao.events.feed import Feed
from qianbao.events.models import EVERYTHING, START, Page, Position, Told, View
from qianbao.events.schema import schemas
from qianbao.events.stream import Stream

__all__ = [
    "EVERYTHING",
    "START",
    "Bell",
    "Dispatcher",
    "Feed",
    "Page",
    "Position",
    "Stream",
    "Told",
    "View",
    "schemas",
]

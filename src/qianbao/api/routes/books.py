"""`/books` and `/backups`: whether the money is right, and the whole installation kept in a file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.audit import login_of
from qianbao.api.deps import PartsDep, allowed
from qianbao.api.figures import CheckView
from qianbao.api.problems import problems
from qianbao.clock import moment
from qianbao.console.backups.service import Backup, ServerOfYourOwn
from qianbao.console.books.models import State
from qianbao.console.books.service import CheckUnknown
from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id

router = APIRouter(tags=["console"])

House = Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)]
Operator = Annotated[Caller, allowed(Role.OPERATOR)]


class BooksView(BaseModel):
    """How the books stand."""

    zero_sum: CheckView | None
    """The sums of each currency and the platform's own accounts, looked at all the time; null: not yet."""
    whole: CheckView | None
    """The last check of everything: each balance, trade, refund and event."""
    recent: list[CheckView]
    """The latest checks of everything, newest first."""


class BackupView(BaseModel):
    """One backup of the whole installation."""

    id: Id
    state: State
    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    file: str
    """Its name in `QIANBAO_HOME/backups`, or where the command line put it."""
    size: int | None
    """Bytes."""
    books: str | None
    """The books' hash when it began: `qianbao restore` shows the same if nothing was paid meanwhile."""
    failure: str | None

    @classmethod
    def of(cls, backup: Backup) -> BackupView:
        """A backup as it is shown."""
        return cls(
            id=backup.id,
            state=backup.state,
            asked_at=moment(backup.asked_at),
            asked_by=backup.asked_by,
            done_at=None if backup.done_at is None else moment(backup.done_at),
            file=backup.file,
            size=backup.size,
            books=backup.books,
            failure=backup.failure,
        )


class BackupList(BaseModel):
    """The latest backups, newest first."""

    possible: bool
    """Whether one can be made here: a database server of your own is backed up by its own means."""
    items: list[BackupView]


@router.get("/books")
async def read_books(_caller: House, parts: PartsDep) -> BooksView:
    """Whether the money is right: the sum of each currency, the platform's own accounts, the last checks."""
    zero_sum, whole = await parts.console.books.latest()
    return BooksView(
        zero_sum=CheckView.of(zero_sum) if zero_sum else None,
        whole=CheckView.of(whole) if whole else None,
        recent=[CheckView.of(one) for one in await parts.console.books.recent()],
    )


@router.post("/books/checks", status_code=202)
async def check_books(caller: Operator, parts: PartsDep) -> CheckView:
    """Have everything checked now. One that is asked for or under way already is the answer."""
    return CheckView.of(await parts.console.books.ask(await login_of(parts, caller)))


@router.get("/books/checks/{check_id}", responses=problems(CheckUnknown))
async def read_check(check_id: Id, _caller: House, parts: PartsDep) -> CheckView:
    """A check of the books."""
    return CheckView.of(await parts.console.books.one(check_id))


@router.get("/backups")
async def list_backups(_caller: House, parts: PartsDep) -> BackupList:
    """The latest backups."""
    backups = parts.console.backups
    return BackupList(possible=backups.possible, items=[BackupView.of(one) for one in await backups.recent()])


@router.post("/backups", status_code=202, responses=problems(ServerOfYourOwn))
async def make_backup(caller: Operator, parts: PartsDep) -> BackupView:
    """Have the whole installation kept in a file of `QIANBAO_HOME/backups`, while it goes on. One that is
    asked for or under way already is the answer."""
    return BackupView.of(await parts.console.backups.ask(await login_of(parts, caller)))

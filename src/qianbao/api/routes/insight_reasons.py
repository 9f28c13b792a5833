"""`/insight/me/reasons`: why the caller's scores are as they are; and from a record to the ledger."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.api.routes.accounts import TransferView, transfer_view
from qianbao.api.routes.insight import RECORDS
from qianbao.api.routes.insight_access_log import WordsView
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.people import the_person
from qianbao.ids import Id
from qianbao.insight.picture.service import ConsentMissing
from qianbao.insight.records.categories import Category
from qianbao.insight.rights.correction.service import RecordUnknown
from qianbao.insight.rights.reasons.telling import Reason
from qianbao.insight.scores.service import NotScoredYet
from qianbao.ledger import QueryFilter

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]
TRANSFERS_MAX = 500


class ReasonView(BaseModel):
    """Why one score is as it is."""

    name: str = Field(description="capacity · recency · frequency · monetary · still_comes")
    value: float
    because: list[WordsView]
    change: list[WordsView] = Field(description="What would change it")
    since: date
    until: date
    records: str = Field(description="The address that lists the very records; each has its `trail`")

    @classmethod
    def of(cls, reason: Reason) -> ReasonView:
        """A reason as it is shown."""
        days = urlencode({"since": reason.since, "until": reason.until})
        return cls(
            name=reason.name,
            value=reason.value,
            because=[WordsView.of(words) for words in reason.because],
            change=[WordsView.of(words) for words in reason.change],
            since=reason.since,
            until=reason.until,
            records=f"{RECORDS}?{days}",
        )


class ReasonList(BaseModel):
    """One for each score."""

    items: list[ReasonView]


class RecordTrailView(BaseModel):
    """A record, and the ledger's transfers on the caller's own wallets that it stands for."""

    trade: Id
    record: Id
    happened_at: str
    category: Category
    told_category: Category | None = Field(description="The merchant's, where the caller has corrected it")
    amount: int
    subsidy: int
    refunded: int
    transfers: list[TransferView]
    receipt: str = Field(description="The address of the payment's receipt")


@router.get("/me/reasons", responses=problems(ConsentMissing, NotScoredYet))
async def list_reasons(caller: Myself, parts: PartsDep) -> ReasonList:
    """Why the caller's scores are as they are, in words; what would change them; their records."""
    return ReasonList(items=[ReasonView.of(one) for one in await parts.insight.reasons.of(caller)])


@router.get("/me/records/{trade_id}/trail", responses=problems(ConsentMissing, RecordUnknown))
async def get_trail(trade_id: Id, caller: Myself, parts: PartsDep) -> RecordTrailView:
    """From a record to the books: what moved on the caller's own wallets for it."""
    record = await parts.insight.reasons.record(caller, trade_id)
    own = {wallet.id for wallet in await parts.parties.wallets_of(the_person(caller))}
    moved = await parts.ledger.query_transfers(QueryFilter(user_data_128=trade_id.int, limit=TRANSFERS_MAX))
    by_int = {wallet.int: wallet for wallet in own}
    shown = [
        transfer_view(by_int[side], one)
        for one in moved
        for side in (one.debit_account_id, one.credit_account_id)
        if side in by_int
    ]
    return RecordTrailView(
        trade=record.trade,
        record=record.record,
        happened_at=rfc3339(record.happened),
        category=Category(record.category),
        told_category=Category(record.told_category) if record.told_category else None,
        amount=record.amount,
        subsidy=record.amount - record.own,
        refunded=record.refunded,
        transfers=shown,
        receipt=f"/api/v1/bills/{trade_id}",
    )

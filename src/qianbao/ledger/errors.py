"""What the ledger's engines refuse as a whole. What becomes of a single event is a status, not an error."""

from __future__ import annotations

from qianbao.errors import Invalid


class BatchTooLarge(Invalid):
    """More events in one batch than the ledger takes at once."""

    code = "ledger_batch_too_large"


class FieldOutOfRange(Invalid):
    """A field of an account or a transfer does not fit its width."""

    code = "ledger_field_out_of_range"


class LedgerUrlUnknown(Invalid):
    """The ledger's URL names no engine: postgresql://… or tb://host:port[,…]?cluster=0."""

    code = "ledger_url_unknown"


class LedgerClientMissing(Invalid):
    """The ledger is to be a TigerBeetle cluster, and its client is not installed here."""

    code = "ledger_client_missing"


class WindowsUnsupported(Invalid):
    """This engine keeps no spend windows: a limit is an account there, one a person and period."""

    code = "ledger_windows_unsupported"

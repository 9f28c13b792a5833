"""Why a file of bills is not read. Rows have reasons of their own (`models.Reason`)."""

from __future__ import annotations

from qianbao.errors import Invalid, NotFound


class BillsMissing(NotFound):
    """There is no such file or folder of bills."""

    code = "bills_missing"


class BillsUnknown(Invalid):
    """Nothing in this file is a bill of a wallet that is known here."""

    code = "bills_unknown"


class BillsColumnMissing(Invalid):
    """The table of bills lacks a column without which no row can be read."""

    code = "bills_column_missing"


class BillsBroken(Invalid):
    """The archive or workbook is damaged, or is none."""

    code = "bills_broken"


class BillsTooLarge(Invalid):
    """The file is larger than any real bill, packed or unpacked, and is not opened."""

    code = "bills_too_large"


class BillsPathUnsafe(Invalid):
    """The archive names a file outside of itself."""

    code = "bills_path_unsafe"


class BillsPasswordMissing(Invalid):
    """The archive is locked by a password, and none was given."""

    code = "bills_password_missing"


class BillsPasswordWrong(Invalid):
    """The password does not open the archive."""

    code = "bills_password_wrong"


class BillsCorrectionsMalformed(Invalid):
    """A correction is not a merchant and a category."""

    code = "bills_corrections_malformed"


class BillsTargetUnknown(Invalid):
    """Bills cannot be handed on in that form."""

    code = "bills_target_unknown"


class BillsTargetUnwritable(Invalid):
    """The file to write cannot be written."""

    code = "bills_target_unwritable"

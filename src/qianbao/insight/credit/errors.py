"""What the credit room refuses."""

from __future__ import annotations

from qianbao.errors import Invalid, NotFound, Refused


class TableMissing(NotFound):
    """There is no such file."""

    code = "insight_table_missing"


class TableUnreadable(Invalid):
    """The file is neither a CSV nor a Parquet table that can be read."""

    code = "insight_table_unreadable"


class TableEmpty(Invalid):
    """The table has no rows, or none with an outcome."""

    code = "insight_table_empty"


class ColumnMissing(Invalid):
    """The table has no such column."""

    code = "insight_column_missing"


class OutcomeUnclear(Invalid):
    """The outcome is to be a yes or a no, and it cannot be told which value is the yes."""

    code = "insight_outcome_unclear"


class OutcomeOneSided(Invalid):
    """All rows have the same outcome, or so few have the other one that nothing can be learnt or measured."""

    code = "insight_outcome_one_sided"


class NothingToLearnFrom(Invalid):
    """No column is left that could tell people apart."""

    code = "insight_nothing_to_learn_from"


class DataDrifted(Refused):
    """The people differ more from those of the model's card than it allows; they are not scored."""

    code = "insight_data_drifted"


class FileUnwritable(Invalid):
    """The file cannot be written to this path."""

    code = "insight_file_unwritable"

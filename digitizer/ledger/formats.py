"""What can be exported, and as what; apart from `delivery`, for the command line has to know it at once."""

from enum import StrEnum


class TableFormat(StrEnum):
    """What a table is written as; also how its file name ends."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


class TableName(StrEnum):
    """Which table; also how its file name begins."""

    FIELDS = "fields"
    PAGES = "pages"

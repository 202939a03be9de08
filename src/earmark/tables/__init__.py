"""Tables that other people made: rows with their lines, and a word for every line that is no row.

Both wings read their tables here. What comes in is decoded text, line by line; what goes out is a :class:`Table`.
"""

from earmark.tables.delimited import MOST_COLUMNS, read_delimited
from earmark.tables.json_records import read_json
from earmark.tables.rows import Fault, Row, Table

__all__ = ["MOST_COLUMNS", "Fault", "Row", "Table", "read_delimited", "read_json"]

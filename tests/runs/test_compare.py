"""Two runs set side by side: what was asked differently, and which tables came out equal."""

from earmark.evidence import Record
from earmark.runs import Manifest, RunFolder
from earmark.runs.compare import compare_runs, table_rows


class Row(Record):
    name: str


def make_run(path, arguments, **tables):
    run = RunFolder.create(path, Manifest.begin("dissection", arguments, 0))
    for name, rows in tables.items():
        run.write(name, Row, [Row(name=row) for row in rows])
    return run


def test_arguments_are_compared_at_any_depth_and_an_absent_one_is_none(tmp_path):
    one = make_run(tmp_path / "one", {"network": "n", "config": {"pooling": "head", "deep": {"k": 1}}})
    other = make_run(tmp_path / "other", {"network": "n", "config": {"pooling": "mean", "deep": {"k": 1}}, "new": 2})
    found = [(item.name, item.first, item.second) for item in compare_runs(one, other).differences]
    assert found == [("config.pooling", "head", "mean"), ("new", None, "2")]


def test_a_package_of_another_version_is_a_difference(tmp_path):
    one = make_run(tmp_path / "one", {})
    other = make_run(tmp_path / "other", {})
    other.update(other.manifest.model_copy(update={"packages": {**other.manifest.packages, "numpy": "0.1"}}))
    (found,) = compare_runs(one, other).differences
    assert (found.name, found.first, found.second) == ("package numpy", one.manifest.packages["numpy"], "0.1")


def test_tables_are_equal_changed_or_missing(tmp_path):
    one = make_run(tmp_path / "one", {}, same=["a"], changed=["a"], only=["a", "b"])
    other = make_run(tmp_path / "other", {}, same=["a"], changed=["b"])
    found = {item.name: (item.first_rows, item.second_rows, item.equal) for item in compare_runs(one, other).tables}
    assert found == {"same": (1, 1, True), "changed": (1, 1, False), "only": (2, None, False)}
    assert table_rows(one) == {"same": 1, "changed": 1, "only": 2}

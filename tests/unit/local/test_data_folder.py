"""What a folder of `DATA=` refuses, in one line; nothing in it is changed then."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from local import data_folder
from local.data_folder import FILE, DataError, DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one item."""
    path = tmp_path / "new" / "folder"
    opened = DataFolder.open(path)
    with opened.transaction() as connection:
        data_folder.put_table(connection, "Things", "[]", None)
        data_folder.put_items(connection, [("Things", "a", '{"a":{"S":"1"}}')])
    opened.close()
    return path


def refusal(path: Path) -> str:
    before = {each.name: each.read_bytes() for each in path.iterdir()} if path.is_dir() else {}
    with pytest.raises(DataError) as refused, contextlib.closing(DataFolder.open(path)) as opened:
        opened.load()
    for name, content in before.items():
        assert (path / name).read_bytes() == content
    [line] = str(refused.value).splitlines()
    return line


def test_what_was_written_is_there_again(folder):
    opened = DataFolder.open(folder)
    assert opened.load()["Things"].items == [{"a": {"S": "1"}}]
    opened.close()


def test_only_its_owner_reads_it(folder):
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / FILE).stat().st_mode & 0o077 == 0


def test_a_transaction_that_fails_leaves_nothing(folder):
    opened = DataFolder.open(folder)
    with contextlib.suppress(KeyError), opened.transaction() as connection:
        data_folder.put_items(connection, [("Things", "b", "{}")])
        raise KeyError
    assert len(opened.load()["Things"].items) == 1
    opened.close()


def test_a_folder_in_use_is_refused(folder, monkeypatch):
    monkeypatch.setattr(data_folder, "LOCK_SECONDS", 0.1)
    opened = DataFolder.open(folder)
    assert "is in use by another server" in refusal(folder)
    opened.close()
    DataFolder.open(folder).close()


def test_a_newer_format_is_refused(folder):
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    assert "was written by a newer version" in refusal(folder)


def test_another_programs_file_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    assert "belongs to another program" in refusal(tmp_path)


@pytest.mark.parametrize("start", [0, 4096])
def test_a_damaged_file_is_refused(folder, start):
    content = (folder / FILE).read_bytes()
    for name in ("-wal", "-shm"):
        (folder / f"{FILE}{name}").unlink(missing_ok=True)
    (folder / FILE).write_bytes(content[:start] + b"\xff" * (len(content) - start))
    assert "is damaged" in refusal(folder)


def test_a_path_that_is_no_folder_is_refused(folder):
    assert "cannot be used" in refusal(folder / FILE)


def test_records_stay_for_a_day_of_the_tables_own_time(folder):
    opened = DataFolder.open(folder)
    day = data_folder.RECORD_SECONDS
    with opened.transaction() as connection:
        times = [0, 10, day + 5, day + 9]
        rows = [("Things", place, time, f'"{place}"') for place, time in enumerate(times)]
        data_folder.put_records(connection, rows)
    table = opened.load()["Things"]
    assert (table.first_record, table.records) == (1, ["1", "2", "3"])
    opened.close()

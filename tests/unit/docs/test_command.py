"""`python -m tools.openapi.render` writes the document, or tells that it is stale."""

import os

from tools.openapi import render as command


def test_a_stale_file_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "FILE", tmp_path / "openapi.json")
    monkeypatch.setattr(command, "render", lambda: "new\n")
    command.FILE.write_text("old\n")

    assert command.main(["--check"]) == 1
    assert capsys.readouterr().out == "openapi.json is out of date: run make docs\n"
    assert command.FILE.read_text() == "old\n"


def test_writing_it_makes_the_check_pass(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "FILE", tmp_path / "openapi.json")
    monkeypatch.setattr(command, "render", lambda: "new\n")

    assert command.main(["--check"]) == 1
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert "openapi.json: written" in capsys.readouterr().out


def test_loading_the_functions_leaves_the_environment_as_it_was():
    before = dict(os.environ)
    command.groups(command.load())
    assert dict(os.environ) == before

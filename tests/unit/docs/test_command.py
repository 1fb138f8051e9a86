"""`python -m tools.openapi.render` writes the document, or tells that it is stale."""

import os

from tools.openapi import render as command
from tools.openapi import template_routes


def test_a_stale_file_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    file = tmp_path / "openapi.json"
    monkeypatch.setattr(command, "outputs", lambda: {file: "new\n"})
    file.write_text("old\n")

    assert command.main(["--check"]) == 1
    assert capsys.readouterr().out == "openapi.json is out of date: run make docs\n"
    assert file.read_text() == "old\n"


def test_writing_it_makes_the_check_pass(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    files = {tmp_path / "openapi.json": "new\n", tmp_path / "api.md": "newer\n"}
    monkeypatch.setattr(command, "outputs", lambda: files)

    assert command.main(["--check"]) == 1
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert "openapi.json: written" in capsys.readouterr().out
    assert [file.read_text() for file in files] == list(files.values())


def test_the_committed_files_are_fresh():
    for file, text in command.outputs().items():
        assert file.read_text("utf-8") == text, "run `make docs`"


def test_a_route_that_the_template_lacks_gets_an_event_and_one_that_is_gone_loses_it():
    template = command.TEMPLATE.read_text("utf-8")
    event = next(line for line in template.split("\n") if line.strip().startswith("Inbox:"))
    gone = event.replace("Inbox", "Old").replace("/inbox", "/old")
    groups = command.groups(command.load())

    assert template_routes.placed(template.replace(f"{event}\n", ""), groups) == template
    assert template_routes.placed(template.replace(event, f"{event}\n{gone}"), groups) == template


def test_loading_the_functions_leaves_the_environment_as_it_was():
    before = dict(os.environ)
    command.groups(command.load())
    assert dict(os.environ) == before

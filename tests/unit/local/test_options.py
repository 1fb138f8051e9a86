import pytest

from local.options import OptionError, parse


def test_without_a_choice_there_are_defaults():
    options = parse([], {})

    assert (options.port, options.engine, options.template.name) == (8080, None, "template.yaml")


def test_variables_choose_and_arguments_choose_before_them():
    assert parse([], {"PORT": "9000", "ENGINE": "http://x"}).port == 9000
    assert parse(["--port", "9001"], {"PORT": "9000"}).port == 9001


def test_an_empty_variable_is_one_that_is_not_set():
    assert parse([], {"PORT": "", "ENGINE": "", "AUTH": "", "REGISTRATION": ""}) == parse([], {})


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80.5", "1" * 5000, "٣", " 80"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(OptionError, match="is not a port"):
        parse([f"--port={port}"], {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AUTH", "required", "keys are not checked yet: it comes with identity"),
        ("AUTH", "none", "AUTH=none is not known. Use AUTH=open"),
        ("REGISTRATION", "key", "not available yet"),
        ("REGISTRATION", "closed", "REGISTRATION=closed is not known"),
    ],
)
def test_what_is_not_there_yet_is_refused_in_one_line(variable, value, message):
    with pytest.raises(OptionError, match=message):
        parse([], {variable: value})


def test_an_argument_that_is_not_known_is_refused():
    with pytest.raises(OptionError, match=r"--prot.*--help"):
        parse(["--prot", "1"], {})

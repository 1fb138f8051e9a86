from pathlib import Path

import pytest

from local.options import OptionError, parse
from local.origin import NOBODY_ELSE


def test_without_a_choice_there_are_defaults():
    options = parse([], {})

    assert (options.port, options.engine, options.template.name) == (8080, None, "template.yaml")
    assert options.is_open_mode
    assert options.parameters == {"RegistrationMode": "open", "WaitConcurrency": "20"}


def test_variables_choose_and_arguments_choose_before_them():
    assert parse([], {"PORT": "9000", "ENGINE": "http://x"}).port == 9000
    assert parse(["--port", "9001"], {"PORT": "9000"}).port == 9001


def test_an_empty_variable_is_one_that_is_not_set():
    empty = {"PORT": "", "ENGINE": "", "DATA": "", "AUTH": "", "REGISTRATION": ""}
    assert parse([], empty) == parse([], {})


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80.5", "1" * 5000, "٣", " 80"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(OptionError, match="is not a port"):
        parse([f"--port={port}"], {})


@pytest.mark.parametrize("host", ["0.0.0.0", "here", "::1", "127.0.0.1:80", "172.17.0"])
def test_tables_listen_on_one_address(host):
    assert parse([], {}).tables_host == "127.0.0.1"
    assert parse([], {"TABLES_HOST": "172.17.0.1"}).tables_host == "172.17.0.1"
    with pytest.raises(OptionError, match="Use one IPv4 address of this machine"):
        parse([], {"TABLES_HOST": host})


def test_one_word_chooses_the_isolated_engine():
    options = parse([], {"ENGINE": "isolated"})

    assert (options.is_isolated, options.engine) == (True, None)
    assert not parse([], {"ENGINE": "http://isolated"}).is_isolated


def test_hosts_and_origins_can_be_allowed():
    variables = {
        "ALLOW_HOST": "Host.Docker.Internal, box.",
        "ALLOW_ORIGIN": "http://localhost:3000/,https://[::1]:1",
    }

    trusted = parse([], variables).trusted

    assert trusted.hosts == {"host.docker.internal", "box"}
    assert trusted.origins == {"http://localhost:3000", "https://[::1]:1"}
    assert parse([], {}).trusted == NOBODY_ELSE


@pytest.mark.parametrize("name", ["*", "box:80", "http://box", "a b", "-a"])
def test_what_is_no_host_name_is_refused(name):
    with pytest.raises(OptionError, match="is not a host name"):
        parse([], {"ALLOW_HOST": name})


@pytest.mark.parametrize("origin", ["*", "null", "localhost:3000", "http://a/b", "file://"])
def test_what_is_no_origin_is_refused(origin):
    with pytest.raises(OptionError, match="is not an origin"):
        parse([], {"ALLOW_ORIGIN": origin})


def test_keys_can_be_required_of_callers_and_of_registrations():
    options = parse(["--registration", "key"], {"AUTH": "required"})

    assert not options.is_open_mode
    assert options.parameters["RegistrationMode"] == "key"
    # Keys for callers are one thing, a key for registrations another.
    assert parse([], {"AUTH": "required"}).registration == "open"
    assert parse([], {"REGISTRATION": "key"}).is_open_mode


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AUTH", "none", "AUTH=none is unknown. Use AUTH=open or AUTH=required."),
        ("AUTH", "OPEN", "AUTH=OPEN is unknown. Use AUTH=open or AUTH=required."),
        (
            "REGISTRATION",
            "closed",
            "REGISTRATION=closed is unknown. Use REGISTRATION=open or REGISTRATION=key.",
        ),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_one_line(variable, value, message):
    with pytest.raises(OptionError) as refused:
        parse([], {variable: value})

    assert str(refused.value) == message


def test_a_folder_keeps_the_data_of_the_default_engine_only():
    assert parse([], {}).data is None
    assert parse([], {"DATA": "kept"}).data == Path.cwd() / "kept"
    assert parse(["--data", "~/kept"], {}).data == Path.home() / "kept"
    with pytest.raises(OptionError, match=r"DATA=kept .* cannot be used with ENGINE=http://x"):
        parse([], {"DATA": "kept", "ENGINE": "http://x"})


def test_an_argument_that_is_not_known_is_refused():
    with pytest.raises(OptionError, match=r"--prot.*--help"):
        parse(["--prot", "1"], {})

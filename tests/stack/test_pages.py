"""The operator's pages, typed at an account of this machine from the first line to the last.

A checkout of links stands for the repository. A profile leads every command to the account. The
commands are those of the pages; what stands for something else is replaced (REPLACED), and what a
section needs is done before it (BEFORE). What a page shows in a `text` block was printed.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from local.template import load
from tests.e2e.server import ROOT
from tests.stack import mending
from tests.stack.deployment import BUILT, SAM, Deployment, deploy
from tests.stack.emulator import Account
from tests.stack.emulator import account as empty_account
from tests.unit.template.written import of_type

BLOCK = re.compile(r"^ *```(sh|text)\n(.*?)^ *```$|^##+ ([^\n]+)$", re.DOTALL | re.MULTILINE)
ENVIRONMENTS = {".venv": (".run", ".test"), ".venv-sam": (".sam",), ".venv-engine": (".engine",)}
PROFILE = """\
[profile my-profile]
endpoint_url = {url}
aws_access_key_id = local
aws_secret_access_key = local
"""
RETAINED = {
    name
    for name, each in of_type("AWS::DynamoDB::Table").items()
    if each["DeletionPolicy"] != "Delete"
}
# `make build` is run by .ci/run. The page's prod is the account's dev, but where it is deleted.
REPLACED = {
    "make build\n": "",
    "export STACK=agent-messaging-prod": "export STACK=$STACK",
    "AGENT_ID": "boots",
}


class Shell:
    """One shell in a checkout, which keeps its variables from block to block."""

    def __init__(self, checkout: Path, account: Account) -> None:
        (checkout / "aws-config").write_text(PROFILE.format(url=account.url))
        self.account = account
        self.process = subprocess.Popen(
            ["bash", "-e"],
            cwd=checkout,
            env={
                "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}",
                "HOME": str(checkout),
                "AWS_CONFIG_FILE": str(checkout / "aws-config"),
                "AWS_EC2_METADATA_DISABLED": "true",
                "SAM_CLI_TELEMETRY": "0",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, block: str) -> str:
        """Run a block, and return what it printed. A command that fails ends the shell."""
        print(f"{block}\necho; echo END", file=self.process.stdin, flush=True)
        printed = []
        for line in self.process.stdout:
            if line == "END\n":
                return "".join(printed)
            printed.append(line)
        raise AssertionError(f"{block}\n{''.join(printed)}")

    def mend(self, stack: str) -> Deployment:
        """Do what the emulator leaves out of a deploy."""
        mending.mend(self.account, stack)
        return Deployment(self.account, stack)


def checkout_at(folder: Path, account: Account) -> Path:
    """Links to the repository, with what was built for this machine as the build.

    The template is the one that suits the emulator.
    """
    for path in ROOT.iterdir():
        if path.name not in (".aws-sam", ".git", *ENVIRONMENTS):
            (folder / path.name).symlink_to(path)
    for name, stamps in ENVIRONMENTS.items():
        (folder / name).mkdir()
        for path in (path for path in (ROOT / name).iterdir() if path.name not in stamps):
            (folder / name / path.name).symlink_to(path)
        for stamp in stamps:  # newer than the locks, so make installs nothing
            (folder / name / stamp).touch()
    build = folder / ".aws-sam" / "build"
    build.mkdir(parents=True)
    for path in (path for path in BUILT.parent.iterdir() if path.is_dir()):
        (build / path.name).symlink_to(path)
    template = yaml.safe_load(BUILT.read_text("utf-8"))
    mending.prepare(account, template["Resources"])
    (build / "template.yaml").write_text(yaml.safe_dump(template), "utf-8")
    (folder / "bin").mkdir()
    (folder / "bin" / "aws").symlink_to(SAM.with_name("aws"))
    return folder


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with empty_account() as account:
        shell = Shell(checkout_at(tmp_path_factory.mktemp("checkout"), account), account)
        with shell.process as process:
            yield shell
            with suppress(BrokenPipeError):
                process.stdin.close()


def reach_the_emulator(shell: Shell) -> None:
    """Here an API has no host of its own."""
    dev = shell.mend("agent-messaging-dev")
    shell.type(f"export API_URL='{dev.api_url}/api/v1'")


def deploy_prod(shell: Shell) -> None:
    deploy(shell.account, "prod")
    shell.type("export STACK=agent-messaging-prod")


def deploy_prod_again(shell: Shell) -> None:
    """Beside what the first one left, with one agent to find again.

    The emulator gives a resource the same name again, as AWS does not. So what is left gets other
    names first.
    """
    dynamodb = shell.account.client("dynamodb")
    kept = dict(line.split() for line in shell.type("cat kept.txt").split("\n") if line)
    with pytest.raises(dynamodb.exceptions.ClientError, match="protect"):
        dynamodb.delete_table(TableName=kept["AgentsTable"])
    assert set(kept) == RETAINED
    for table in (table for table in load().tables if table.name in RETAINED):
        name = f"{kept[table.name]}-kept"
        dynamodb.create_table(**{**table.create, "TableName": name}, DeletionProtectionEnabled=True)
    item = {
        "agent_id": {"S": "kept"},
        "name": {"S": "Kept"},
        "capabilities": {"L": []},
        "created_at": {"S": "2026-11-23T12:00:00.000Z"},
    }
    dynamodb.put_item(TableName=f"{kept['AgentsTable']}-kept", Item=item)
    shell.type("sed -i 's/$/-kept/' kept.txt")
    deploy_prod(shell)


def find_the_agent(shell: Shell) -> None:
    table = Deployment(shell.account, "agent-messaging-prod").physical("AgentsTable")
    items = shell.account.client("dynamodb").scan(TableName=table)["Items"]
    assert [item["agent_id"]["S"] for item in items] == ["kept"]


def return_to_dev(shell: Shell) -> None:
    """After all that was kept is gone."""
    tables = shell.account.client("dynamodb").list_tables()["TableNames"]
    assert not any(name.endswith("-kept") for name in tables)
    shell.type("export STACK=agent-messaging-dev")


def register_an_agent(shell: Shell) -> None:
    body = """'{"name": "Boots", "agent_id": "boots"}'"""
    headers = '-H "Content-Type: application/json" -H "X-Registration-Key: $REGISTRATION_KEY"'
    shell.type(f'curl --silent --fail "$API_URL/agents/register" {headers} -d {body}')


BEFORE: dict[str, Callable[[Shell], None]] = {
    "Roll back": register_an_agent,
    "Delete a stack": deploy_prod,
    "Use what stays in a new stack": deploy_prod_again,
    "Delete what stays": find_the_agent,
    "Deploy from GitHub": return_to_dev,
}


def shown(text: str) -> str:
    """A pattern of what a page shows: any number is a number, and `…` is anything."""
    pattern = re.escape(re.sub(r"\d+", "0", text.strip())).replace("…", ".*")
    return pattern.replace(r"\ ", " ")


def replaced(block: str) -> str:
    """A block as it is typed here."""
    for old, new in REPLACED.items():
        block = block.replace(old, new)
    return block


def type_page(shell: Shell, page: str) -> list[str]:
    """Run all blocks of a page. Return them."""
    typed, printed = [], ""
    for language, block, heading in BLOCK.findall((ROOT / "docs" / page).read_text("utf-8")):
        if heading in BEFORE:
            BEFORE[heading](shell)
        if language == "text":
            assert re.search(shown(block), re.sub(r"\d+", "0", printed)), (block, printed)
        if language == "sh":
            typed.append(block)
            printed = shell.type(replaced(block))
            if "sam deploy" in block or "make outputs" in block:
                reach_the_emulator(shell)
    return typed


def test_the_first_page_and_the_runbook_work_as_they_are_written(shell: Shell):
    typed = type_page(shell, "deploying.md")
    assert len(typed) >= 10
    assert len(type_page(shell, "operating.md")) >= 10


def test_a_list_on_the_command_line_leaves_the_other_parameters_as_they_were(shell: Shell):
    state = Deployment(shell.account, "agent-messaging-dev").state
    values = {each["ParameterKey"]: each["ParameterValue"] for each in state["Parameters"]}
    assert values["LogRetentionDays"] == "14"
    # Of samconfig.toml, which the page's command replaces as a whole.
    assert values["ProtectData"] == "false"

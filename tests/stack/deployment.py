"""A real `sam deploy` of what `sam build` made, into the account of this machine."""

from __future__ import annotations

import os
import subprocess
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.server import ROOT
from tests.stack import mending
from tests.stack.emulator import Account

SAM = ROOT / ".venv-sam" / "bin" / "sam"
BUILT = ROOT / ".aws-sam" / "stack" / "template.yaml"
CONFIG = ROOT / "samconfig.toml"
DEPLOY_SECONDS = 600

Edit = Callable[[dict[str, Any]], None]


class DeployFailedError(Exception):
    """`sam deploy` failed; the message is the end of what it printed."""


@dataclass(frozen=True)
class Deployment:
    """A stack in the account."""

    account: Account
    name: str

    def physical(self, logical_id: str) -> str:
        """What a resource of the template is called in the account."""
        return mending.physical_ids(self.account, self.name)[logical_id]

    @property
    def state(self) -> dict[str, Any]:
        """The stack as CloudFormation describes it."""
        cloudformation = self.account.client("cloudformation")
        (stack,) = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return dict(stack)

    def output(self, key: str) -> str:
        """One of the stack's outputs."""
        outputs = {each["OutputKey"]: each["OutputValue"] for each in self.state["Outputs"]}
        return str(outputs[key])

    @property
    def api_url(self) -> str:
        """The API's root. Here an API has a path of the one host, not a host of its own."""
        api_id = self.physical("MessagingApi")
        return f"{self.account.url}/_aws/execute-api/{api_id}/$default"

    @property
    def socket_url(self) -> str:
        """The URL of the WebSocket API."""
        api_id, host = self.physical("SocketsApi"), self.account.url.removeprefix("http://")
        return f"ws://{host}/_aws/execute-api/{api_id}/live"

    @property
    def registration_key(self) -> str:
        """What the command prints that the stack's output names."""
        command = self.output("RegistrationKey").split()
        secret_id = command[command.index("--secret-id") + 1]
        secrets = self.account.client("secretsmanager")
        return str(secrets.get_secret_value(SecretId=secret_id)["SecretString"])


def deploy(
    account: Account,
    environment: str,
    *,
    built: Path = BUILT,
    edit: Edit | None = None,
    **parameters: str,
) -> tuple[Deployment, float]:
    """`sam deploy --config-env <environment>`, mended, and the seconds that the deploy took.

    Args:
        built: the template of what was built.
        edit: changes the built template in place before it is deployed.
        parameters: beside those of the environment.

    Raises:
        DeployFailedError: it did not end well.
    """
    settings = tomllib.loads(CONFIG.read_text("utf-8"))[environment]
    began = time.monotonic()
    template = edited(account, built, edit)
    run_sam(account, environment, template, overrides(settings, parameters))
    seconds = time.monotonic() - began
    deployment = Deployment(account, settings["global"]["parameters"]["stack_name"])
    mending.mend(account, deployment.name)
    return deployment, seconds


def overrides(settings: Mapping[str, Any], parameters: Mapping[str, str]) -> list[str]:
    """The environment's own parameters, and these.

    All of them, for what an argument says stands in place of what the file says.
    """
    pairs = settings["deploy"]["parameters"]["parameter_overrides"]
    return [*pairs, *(f"{name}={value}" for name, value in parameters.items())]


def edited(account: Account, built: Path, edit: Edit | None = None) -> Path:
    """A changed copy of the built template; beside it, for its paths.

    It suits the emulator.
    """
    template = yaml.safe_load(built.read_text("utf-8"))
    mending.prepare(account, template["Resources"])
    if edit is not None:
        edit(template)
    path = built.with_name(f"deployed-{os.getpid()}.yaml")
    path.write_text(yaml.safe_dump(template), "utf-8")
    return path


def run_sam(account: Account, environment: str, template: Path, parameters: list[str]) -> None:
    """The command itself, as an operator types it."""
    command = [str(SAM), "deploy", "--template-file", str(template)]
    command += ["--config-file", str(CONFIG), "--config-env", environment]
    command += ["--no-confirm-changeset", "--no-progressbar", "--parameter-overrides", *parameters]
    completed = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(BUILT.parent), **account.environment()},
        capture_output=True,
        text=True,
        timeout=DEPLOY_SECONDS,
        check=False,
    )
    if completed.returncode != 0:
        raise DeployFailedError((completed.stdout + completed.stderr)[-4000:])

"""`sam local invoke` up to its container: which environment and hosts the container would get.

    .venv-sam/bin/python tests/stack/sam_local.py local invoke ...     the arguments of sam

Prints JSON: the event, the hosts of `--add-host`, and for each function what SAM would start. No
Docker is needed. Only the last step of SAM, which starts the container, is replaced.
"""

import json
import sys
from typing import Any

from samcli.cli.main import cli
from samcli.commands.local.cli_common.invoke_context import InvokeContext
from samcli.commands.local.lib.local_lambda import LocalLambdaRunner


def tell(self: LocalLambdaRunner, function_identifier: str, event: str, **_: Any) -> None:
    """Print what would be started."""
    told = {
        "function": function_identifier,
        "event": json.loads(event),
        "hosts": self.extra_hosts,
        "functions": {each.name: configuration(self, each) for each in self.provider.get_all()},
    }
    json.dump(told, sys.stdout)


def configuration(runner: LocalLambdaRunner, function: Any) -> dict[str, Any]:
    """What SAM gives to the container of a function."""
    config = runner.get_invoke_config(function)
    return {
        "code": config.code_abs_path,
        "layers": [layer.codeuri for layer in config.layers],
        "handler": config.handler,
        "architecture": config.architecture,
        "environment": config.env_vars.resolve(),
    }


# Docker is not asked for.
InvokeContext._get_container_manager = staticmethod(lambda *_: None)
InvokeContext.lambda_runtime = property(lambda _: None)
LocalLambdaRunner.invoke = tell
sys.exit(cli(sys.argv[1:], prog_name="sam"))

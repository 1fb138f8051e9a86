"""Print what a shell needs to call the local server: `eval "$(make -s env)"`.

The lines depend only on PORT and the template, so the server need not run yet.
"""

from __future__ import annotations

import os
import shlex
import sys

from local.banner import socket_url
from local.options import OptionError, Options, parse
from local.secrets_manager import REGISTRATION_KEY, local_value
from local.seed import BOOTS, KEYS, NOVA
from local.template import TemplateError, load


def exports(options: Options) -> str:
    """Return one export a line. Raises OptionError if the port is 0, TemplateError."""
    if options.port == 0:
        raise OptionError("PORT=0 means a free port. Use the port that make run has printed.")
    variables = {
        "AGENT_MESSAGING_URL": f"http://127.0.0.1:{options.port}",
        "NOVA_KEY": KEYS[NOVA],
        "BOOTS_KEY": KEYS[BOOTS],
    }
    template = load(options.template, options.parameters)
    if template.sockets:
        url = socket_url(variables["AGENT_MESSAGING_URL"], template.sockets.stage)
        variables["AGENT_MESSAGING_SOCKET"] = url
    for secret in template.secrets:
        if secret.name == REGISTRATION_KEY:
            variables["REGISTRATION_KEY"] = local_value(secret)
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def main() -> int:
    """Print the lines. Return 2 if an option or the template is invalid."""
    try:
        print(exports(parse(sys.argv[1:], os.environ)))
    except (OptionError, TemplateError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

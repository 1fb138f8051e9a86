"""`python -m local`: see `--help`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from local import terminal
from local.engine import EngineError
from local.options import OptionError, parse
from local.server import serve
from local.template import TemplateError


def main() -> int:
    """The exit code: 2 when a choice, the template or the engine is of no use."""
    terminal.outlive()
    # A process that died by itself is told of where it matters, in the answer to its request.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    try:
        asyncio.run(serve(parse(sys.argv[1:], os.environ)))
    except (EngineError, OptionError, TemplateError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

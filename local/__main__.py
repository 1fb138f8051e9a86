"""Run the local server: `python -m local`. See `--help`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from local import environment, terminal
from local.engine import EngineError
from local.options import OptionError, parse
from local.server import serve
from local.template import TemplateError


def main() -> int:
    """Run until a signal comes. Return 2 if an option, the template or the engine is invalid."""
    terminal.outlive()
    # asyncio also warns of ended processes. The answer to their request already says so.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    try:
        options = parse(sys.argv[1:], os.environ)
        environment.isolate()
        asyncio.run(serve(options))
    except (EngineError, OptionError, TemplateError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

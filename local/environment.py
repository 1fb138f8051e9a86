"""The environment variables that the server and its processes see.

The user's other variables are meant for other programs. AWS_PROFILE, AWS_RETRY_MODE, proxies or
PYTHONPATH can keep botocore, uvicorn or Python from starting. So this lists what is needed, because
nobody can list what may harm.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

NEEDED = (
    # Where programs, libraries and folders are.
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    # How texts and times are shown.
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    # How files are watched where the system reports no changes, as in some containers.
    "WATCHFILES_FORCE_POLLING",
)
# In place of the files in ~/.aws, and of a request to a network that may not exist.
NO_ACCOUNT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a process needs. None leads to an AWS account."""
    return {name: environment[name] for name in NEEDED if name in environment} | NO_ACCOUNT


def isolate() -> None:
    """Remove all other variables from this process. Its children then do not inherit them."""
    kept = cleaned(os.environ)
    os.environ.clear()
    os.environ.update(kept)

"""Which tests run in the same process: those of a file, and those of tests/e2e, for their server.

That server starts once then, with all the processes of the functions that these tests call.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/e2e"


class FilesAndServers(LoadFileScheduling):
    """`--dist loadfile`, where the files that share a server count as one."""

    def _split_scope(self, nodeid: str) -> str:
        return together(super()._split_scope(nodeid))


def together(file: str) -> str:
    """What a file's tests share a process with: the file itself, or the folder."""
    return TOGETHER if file.startswith(f"{TOGETHER}/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesAndServers | None:
    """xdist's own scheduler for every other way of sharing."""
    return FilesAndServers(config, log) if config.getoption("dist") == "loadfile" else None

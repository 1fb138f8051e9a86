"""A temporary PostgreSQL: it has a socket in a temporary folder, and no port."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READY_SECONDS = 30
END_SECONDS = 30
USERS = ("postgres", "nobody")  # PostgreSQL does not run as root


def programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`, or None if there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).parent] if found else []
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yield the connection string of an empty database. `folder` has the programs."""
    # The path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as home:
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = next(e for e in pwd.getpwall() if e.pw_name in USERS)
            os.chown(home, entry.pw_uid, entry.pw_gid)
            user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        data = f"{home}/data"
        quiet: dict[str, Any] = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "cwd": home,
        }
        subprocess.run(  # noqa: S603
            [folder / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync"],
            check=True,
            **quiet,
            **user,
        )
        process = subprocess.Popen(  # noqa: S603
            [folder / "postgres", "-D", data, "-k", home, "-c", "listen_addresses="],
            **quiet,
            **user,
        )
        try:
            _wait(process, [str(folder / "pg_isready"), "-q", "-h", home])
            yield f"host={home} user=bench dbname=postgres"
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", is_ready: list[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while subprocess.run(is_ready, check=False).returncode:  # noqa: S603
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.05)

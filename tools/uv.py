"""Runs uv as this project uses it: Pythons of this machine, wheels only, every hash checked.

    python3 tools/uv.py pip sync --python .venv tools/locks/run.txt

The uv on PATH is used if it is at least as new as the locked one. Otherwise pip installs the locked
one into .venv-uv, once. uv does not read pip's configuration: where pip is told of indexes or
certificates, uv is told of the same. An index only says where a file is; its hash is in the lock.
"""

import ast
import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "tools" / "locks" / "uv.txt"
OWN = ROOT / ".venv-uv"

SETTINGS = {
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_NO_BUILD": "1",
    "UV_REQUIRE_HASHES": "1",
    "UV_SYSTEM_CERTS": "1",
}
VENV_PACKAGE = "install it (Debian, Ubuntu: sudo apt install python3-venv)"
PIP_INSTALL = (
    "install",
    "-qq",
    "--disable-pip-version-check",
    "--require-hashes",
    "--no-deps",
    "--only-binary=:all:",
    "--requirement",
)
# pip's settings, and what uv calls them.
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
# Later ones take precedence.
SECTIONS = ("global", "install", ":env:")


def main() -> None:
    """Become uv."""
    command = newer_on_path() or own()
    asks_an_index = sys.argv[1:2] == ["pip"]
    configured = from_pip(pip_settings()) if asks_an_index else {}
    environment = {**SETTINGS, **configured, **os.environ}
    os.execve(command, [command, *sys.argv[1:]], environment)  # noqa: S606


def newer_on_path() -> str | None:
    """Return the uv on PATH if it runs and is not older than the locked one."""
    found = shutil.which("uv")
    if found is None:
        return None
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    locked = version(LOCK.read_text("utf-8"))
    return found if told.returncode == 0 and version(told.stdout) >= locked else None


def version(text: str) -> tuple[int, ...]:
    """Return the first version that a text names, as numbers."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def own() -> str:
    """Return the locked uv, installed unless it is there; one process installs, others wait."""
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(lock.read())
    return str(OWN / "bin" / "uv")


def install(lock: bytes) -> None:
    """Install the locked uv, unless it is as the lock says."""
    stamp = OWN / ".uv"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    print(f"Installing uv into {OWN.name} (once)", file=sys.stderr)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", OWN], check=False)
    if made.returncode:
        sys.exit(f'"{sys.executable}" has no venv module: {VENV_PACKAGE}, then repeat')
    pip = subprocess.run([OWN / "bin" / "python", "-m", "pip", *PIP_INSTALL, LOCK], check=False)
    if pip.returncode:
        sys.exit("pip could not install uv. Its message is above. Repeat when that is mended.")
    stamp.write_bytes(lock)


def pip_settings() -> str:
    """Return what `pip config list` prints, or nothing where there is no pip."""
    python = OWN / "bin" / "python" if OWN.exists() else sys.executable
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return listed.stdout


def from_pip(listed: str) -> dict[str, str]:
    """Return the environment that makes uv look where pip looks."""
    lines = re.findall(r"^(.+)\.([a-z-]+)=('.*'|\".*\")$", listed, re.MULTILINE)
    found = {
        NAMES[name]: " ".join(ast.literal_eval(value).split())
        for section in SECTIONS
        for at, name, value in lines
        if at == section and name in NAMES
    }
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in found:
        # As pip does: a version may come from any of the indexes.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


if __name__ == "__main__":
    main()

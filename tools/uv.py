"""Run uv with this project's settings: installed Pythons only, wheels only, every hash checked.

    python3 tools/uv.py pip sync --python .venv tools/locks/run.txt

It uses the uv on PATH if that is at least as new as the locked one. Otherwise pip installs the
locked one into .venv-uv, once. uv does not read pip's configuration, so this passes pip's settings
for indexes and certificates to uv. An index only says where a file is. The lock has its hash.
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
# pip's settings, and their names in uv.
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
    """Replace this process by uv."""
    command = newer_on_path() or own()
    asks_an_index = sys.argv[1:2] == ["pip"]
    configured = from_pip(pip_settings()) if asks_an_index else {}
    environment = {**configured, **os.environ, **SETTINGS}
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
    """Return the first version number in a text, as a tuple."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def own() -> str:
    """Install the locked uv if necessary, and return its path. Other processes wait meanwhile."""
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(lock.read())
    return str(OWN / "bin" / "uv")


def install(lock: bytes) -> None:
    """Install the locked uv, unless this version is already installed."""
    stamp = OWN / ".uv"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    print(f"Installing uv into {OWN.name} (only once)", file=sys.stderr)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", OWN], check=False)
    if made.returncode:
        sys.exit(f'"{sys.executable}" has no venv module. Please {VENV_PACKAGE} and try again.')
    pip = subprocess.run([OWN / "bin" / "python", "-m", "pip", *PIP_INSTALL, LOCK], check=False)
    if pip.returncode:
        sys.exit("pip could not install uv. Fix the error above and try again.")
    stamp.write_bytes(lock)


def pip_settings() -> str:
    """Return the output of `pip config list`, or an empty string without pip."""
    python = OWN / "bin" / "python" if OWN.exists() else sys.executable
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return listed.stdout


def from_pip(listed: str) -> dict[str, str]:
    """Return pip's settings as environment variables of uv."""
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
        # Like pip: take a version from any of the indexes.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


if __name__ == "__main__":
    main()

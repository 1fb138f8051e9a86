"""The sources of a release in one file: the layer's package, the functions, template and API.

    tests/releases/1.0.0.zip
    tests/releases/digests.json    the digest of each of them

The tests run the code of the last release and this code over the same tables. A clone may lack tags
and older commits, so the last release is a file. The digest is that of the contents, because the
bytes of a zip depend on the version of zlib.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "tests" / "releases"
DIGESTS = RELEASES / "digests.json"
TEMPLATE = "template.yaml"
FOLDERS = ("functions", "layers/agent_messaging/agent_messaging")
OPENAPI = "layers/agent_messaging/agent_messaging/docs/openapi.json"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can store

Version = tuple[int, ...]
Sources = Mapping[str, bytes]  # by path from the root of the project


def numbers(version: str) -> Version:
    """Return the numbers of a version such as `1.10.0`, by which versions are sorted."""
    return tuple(map(int, version.split(".")))


def is_source(name: str) -> bool:
    """Return whether a release keeps the file: Python code, the template, and /openapi.json."""
    return name in (TEMPLATE, OPENAPI) or (
        name.endswith(".py") and name.startswith(tuple(f"{folder}/" for folder in FOLDERS))
    )


def of_checkout(root: Path = ROOT) -> dict[str, bytes]:
    """Return the sources of a checkout, including changes that are not committed."""
    code = (path for each in FOLDERS for path in (root / each).rglob("*.py"))
    paths = [root / TEMPLATE, root / OPENAPI, *code]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def of_revision(revision: str, root: Path = ROOT) -> dict[str, bytes]:
    """Return the sources of a commit or a tag. Raises CalledProcessError: git has no such one."""
    command = ["git", "archive", "--format=tar", revision, TEMPLATE, *FOLDERS]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar.getmembers():
            content = tar.extractfile(member)
            if content is not None and is_source(member.name):
                found[member.name] = content.read()
    return found


def of_release(version: str, folder: Path = RELEASES) -> dict[str, bytes]:
    """Return the sources that the file of a release holds."""
    with zipfile.ZipFile(folder / f"{version}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def digest(sources: Sources) -> str:
    """Return the SHA-256 of what `sha256sum` prints for the sources, sorted by path.

    In a folder with the unpacked sources: `find -type f -printf '%P\\n' | LC_ALL=C sort | xargs
    sha256sum | sha256sum`.
    """
    lines = (f"{hashlib.sha256(sources[name]).hexdigest()}  {name}\n" for name in sorted(sources))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(sources: Sources) -> bytes:
    """Return a zip of the sources. With the same zlib, the same sources give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(sources):
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), sources[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def digests(folder: Path = RELEASES) -> dict[str, str]:
    """Return the digest of each release that is kept, oldest first."""
    path = folder / DIGESTS.name
    kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {version: kept[version] for version in sorted(kept, key=numbers)}


def keep(version: str, sources: Sources, folder: Path = RELEASES) -> list[str]:
    """Write the file of a release, and keep only the release before it. Return what was removed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{version}.zip").write_bytes(pack(sources))
    everything = {**digests(folder), version: digest(sources)}
    *old, before, last = ("", *sorted(everything, key=numbers))
    kept = {each: everything[each] for each in (before, last) if each}
    (folder / DIGESTS.name).write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    removed = [each for each in old if each]
    for each in removed:
        (folder / f"{each}.zip").unlink()
    return removed


def last_release(checkout: Sources, folder: Path = RELEASES) -> str:
    """Return the newest release that differs from the checkout: the one that it will replace.

    In the commit of a release, that is the release before. If all are equal, return the newest one.
    """
    newest_first = [*reversed(digests(folder))]
    own = digest(checkout)
    different = [each for each in newest_first if digests(folder)[each] != own]
    return (different or newest_first)[0]

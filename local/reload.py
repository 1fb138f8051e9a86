"""Watch the template and the code of its functions and layers. Reload after each change."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from watchfiles import DefaultFilter, awatch

from local.cloud import Cloud

TEMPLATE_POLL_SECONDS = 0.5


async def watch(path: Path, cloud: Cloud) -> None:
    """Reload after each change. Returns only if the system cannot watch files."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_watch_template(path, cloud))
            group.create_task(_watch_code(path.parent, cloud))
    except* OSError as errors:
        reason = errors.exceptions[0]
        print(
            f"cannot watch files, so changes are not reloaded: {reason}",
            file=sys.stderr,
            flush=True,
        )


async def _watch_template(path: Path, cloud: Cloud) -> None:
    # Polling one file misses no save, whether the editor writes the file or renames another one.
    seen = _stamp(path)
    while True:
        await asyncio.sleep(TEMPLATE_POLL_SECONDS)
        stamp = _stamp(path)
        if stamp not in (seen, None):
            seen = stamp
            print(f"reloading: {path.name} changed", flush=True)
            await cloud.reload(is_template_changed=True)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return values that change with each save. None while some editors replace the file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


async def _watch_code(root: Path, cloud: Cloud) -> None:
    while True:
        folders = _folders(root, cloud)
        if not folders:
            await asyncio.sleep(1)
            continue
        async for changes in awatch(
            *folders, watch_filter=DefaultFilter(), yield_on_timeout=True, rust_timeout=2000
        ):
            if changes:
                first, *others = sorted(changed for _, changed in changes)
                more = f" and {len(others)} more" if others else ""
                print(f"reloading: {_relative(first, root)}{more} changed", flush=True)
                await cloud.reload(is_template_changed=False)
            if _folders(root, cloud) != folders:
                break


def _folders(root: Path, cloud: Cloud) -> list[Path]:
    """Return the folders with the code: those of the template's functions and layers."""
    code = {function.code for function in cloud.template.functions.values()}
    code |= {layer for function in cloud.template.functions.values() for layer in function.layers}
    folders = {folder if folder.parent == root else folder.parent for folder in code}
    return sorted(folder for folder in folders if folder.is_dir())


def _relative(changed: str, root: Path) -> str:
    path = Path(changed)
    return str(path.relative_to(root)) if path.is_relative_to(root) else changed

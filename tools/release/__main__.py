"""Make a release of this checkout, on this machine. Nothing is committed, tagged or pushed.

    make release VERSION=1.1.0                   check, test, write the files, print what to do next
    python -m tools.release --check v1.1.0       check only that a tag is that release
    python -m tools.release --keep 1.1.0 v1.1.0  write only the file of a release, from a commit

A release needs a clean checkout, a version that is higher than the declared one, and a section
`## [1.1.0] - YYYY-MM-DD` in CHANGELOG.md. It writes the version into the package and /openapi.json,
and the sources into tests/releases/1.1.0.zip. The next release is tested against that file.
docs/developing.md explains all steps, under "Make a release".
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tools.release import archive, checks

BEFORE = ("lint", "test", "test-long", "test-packaged", "test-stack", "mutants", "bench-check")
TWO_VERSIONS = (sys.executable, "-m", "pytest", "-q", "tests/releases")
OPENAPI = (sys.executable, "-m", "tools.openapi.render")


def release(version: str, root: Path) -> None:
    """Check, run the tests of two versions, and write the files of the release."""
    refuse_if(checks.faults(version, root))
    if subprocess.run(TWO_VERSIONS, cwd=root, check=False).returncode:
        refuse_if(["This code and the last release do not share their data. See above."])
    refuse_if(checks.of_tree(version, root))  # the tests took minutes, and a failure undoes all
    removed = write(version, root)
    print(f"tests/releases/{version}.zip: written", *(f"(removed {each}.zip)" for each in removed))
    print(next_steps(version))


def write(version: str, root: Path) -> list[str]:
    """Write the files of a release. Return which older releases were removed.

    The checkout must be clean. If anything fails, or on Ctrl-C, it is clean again.
    """
    folder = root / archive.RELEASES.relative_to(archive.ROOT)
    try:
        declare(version, root)
        subprocess.run(OPENAPI, cwd=root, check=True)
        return archive.keep(version, archive.of_checkout(root), folder)
    except BaseException as error:
        undo(root, folder)
        if isinstance(error, (OSError, subprocess.CalledProcessError)):
            refuse_if([f"{error}\nNothing is written. Fix this, and try again."])
        raise


def undo(root: Path, folder: Path) -> None:
    """Bring the checkout back to its commit. `folder` may hold new files, which are removed."""
    for arguments in (("checkout", "--", "."), ("clean", "-d", "--force", "--", str(folder))):
        command = ["git", *arguments]
        subprocess.run(command, cwd=root, check=True, capture_output=True)


def declare(version: str, root: Path) -> None:
    """Write the version into the package."""
    path = root / checks.PACKAGE
    text = checks.DECLARED.sub(f'__version__ = "{version}"', path.read_text("utf-8"))
    path.write_text(text, "utf-8")


def next_steps(version: str) -> str:
    """Return the commands that finish a release."""
    return f"""
The files of {version} are written. Run all tests. They must pass:

    make {" ".join(BEFORE)}

Then commit and tag:

    git add --all && git commit -m "release: {version}"
    git tag -a v{version} -m "{version}"
    python -m tools.release --check v{version}

When you push the tag, GitHub deploys this commit to prod:

    git push origin main v{version}
"""


def refuse_if(faults: list[str]) -> None:
    """End the program with these faults, if there are any."""
    if faults:
        sys.exit("\n".join(faults))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.release",
        description=__doc__,
        usage="make release VERSION=1.1.0",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("version", nargs="?", help="the version to release, such as 1.1.0")
    parser.add_argument("--check", metavar="TAG", help="check that a tag is the declared release")
    parser.add_argument(
        "--keep", nargs=2, metavar=("VERSION", "COMMIT"), help="keep the sources of a commit"
    )
    options = parser.parse_args()
    if options.check:
        refuse_if(checks.of_tag(options.check, archive.ROOT))
        print(f"{options.check} is the release that it says.")
    elif options.keep:
        version, commit = options.keep
        archive.keep(version, archive.of_revision(commit))
    elif options.version:
        release(options.version, archive.ROOT)
    else:
        parser.print_help()


if __name__ == "__main__":
    main()

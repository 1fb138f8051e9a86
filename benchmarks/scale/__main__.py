"""Print the tables of docs/scale.md and docs/costs.md, or write them there."""

import argparse

from benchmarks.scale.report import PAGES, fill, tables

BURST = (
    "seconds of unused units that a partition may spend at once beyond its maximum (1: none; AWS "
    "keeps up to 300 for a table, and says that they do not lift a partition)"
)


def main() -> None:
    """Print every table under its name, or the ones that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale",
        description="Three loads on DynamoDB's partitions, API Gateway and Lambda: what gets hot.",
    )
    parser.add_argument("names", nargs="*", metavar="TABLE", help="a table's name; default: all")
    parser.add_argument("--burst-seconds", type=float, default=1, help=BURST)
    parser.add_argument("--write", action="store_true", help="write them into the pages")
    arguments = parser.parse_args()
    found = tables(arguments.burst_seconds)
    if unknown := set(arguments.names) - set(found):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    if arguments.write:
        for page in PAGES:
            page.write_text(fill(page.read_text("utf-8"), found), "utf-8")
        return
    for name, text in found.items():
        if name in (arguments.names or found):
            print(f"{name}\n\n{text}\n")


if __name__ == "__main__":
    main()

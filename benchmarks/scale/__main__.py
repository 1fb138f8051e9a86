"""Print the tables of docs/scale.md and docs/costs.md, or write them there."""

import argparse

from benchmarks.scale.report import PAGES, fill, tables

BURST = (
    "seconds of unused units that a partition may use at once (1: none; AWS keeps up to 300 for a "
    "table, and says that they do not raise the maximum of a partition)"
)


def main() -> None:
    """Print all tables, or those named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale",
        description="Print what loads cost DynamoDB's partitions, API Gateway and Lambda.",
    )
    parser.add_argument("names", nargs="*", metavar="TABLE", help="a table to print (default: all)")
    parser.add_argument("--burst-seconds", type=float, default=1, help=BURST)
    parser.add_argument("--write", action="store_true", help="write all tables into the pages")
    arguments = parser.parse_args()
    found = tables(arguments.burst_seconds)
    if unknown := set(arguments.names) - set(found):
        parser.error(
            f"unknown table: {', '.join(sorted(unknown))}. The tables are {', '.join(found)}"
        )
    if arguments.write:
        for page in PAGES:
            page.write_text(fill(page.read_text("utf-8"), found), "utf-8")
        return
    for name, text in found.items():
        if name in (arguments.names or found):
            print(f"{name}\n\n{text}\n")


if __name__ == "__main__":
    main()

"""Print the tables, or update docs/costs.md with them."""

import sys

from benchmarks import figures
from benchmarks.dollars import tables


def main() -> None:
    """Print the tables, or update docs/costs.md with them."""
    if "--write" in sys.argv[1:]:
        tables.write()
        return
    for name, shown in tables.tables(figures.read()).items():
        print(f"{name}\n\n{shown}\n")


if __name__ == "__main__":
    main()

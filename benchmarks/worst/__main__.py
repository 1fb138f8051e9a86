"""Print the requests, or write them to worst.json."""

import json
import sys

from benchmarks.worst import FILE, WORST, measured


def main() -> None:
    """Print the requests, or write them to worst.json."""
    measured_units = dict(measured())
    found = {route: round(measured_units[route], 1) for route in WORST}
    for route, cost in found.items():
        print(f"{cost:10,.1f}  {route}")
    if "--write" in sys.argv[1:]:
        FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""Print the comparisons: python -m benchmarks.comparisons"""

from benchmarks import figures
from benchmarks.comparisons.run import measure

if __name__ == "__main__":
    print(figures.table(measure()))

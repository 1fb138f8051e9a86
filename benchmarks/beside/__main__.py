"""python -m benchmarks.beside"""

from benchmarks import figures
from benchmarks.beside.run import measure

if __name__ == "__main__":
    print(figures.table(measure()))

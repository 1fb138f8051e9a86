"""Faults in a fixed order, where the dice of `faults` would throw them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.injection.faults import is_possible


@dataclass
class Script:
    """Lets the attempts from number `at` on go as the story says; notes all of them."""

    at: int = -1
    story: Sequence[str] = ()
    operations: list[str] = field(default_factory=list)

    def __call__(self, operation: str) -> str | None:
        step = len(self.operations) - self.at
        self.operations.append(operation)
        if self.at < 0 or not 0 <= step < len(self.story):
            return None
        return self.story[step] if is_possible(self.story[step], operation) else None

    @property
    def is_played(self) -> bool:
        """Whether the story was told to its end, where all of it can happen to its first call."""
        is_told = len(self.operations) - self.at >= len(self.story)
        return is_told or not all(is_possible(e, self.operations[self.at]) for e in self.story)

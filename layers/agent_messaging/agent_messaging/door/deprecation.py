"""What a deprecated route says of its end: in its answers, and in the OpenAPI document.

Deprecation: @1796083200                         since when (RFC 9745)
Sunset: Fri, 04 Jun 2027 00:00:00 GMT            when it ends (RFC 8594)
Link: </llms.txt>; rel="deprecation"             a page that says what to use instead
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

SHORTEST = timedelta(days=180)


@dataclass(frozen=True)
class Deprecation:
    """Since when a route is deprecated, when it ends at the earliest, and a page about it.

    Raises:
        ValueError: there are less than 180 days between both times.
    """

    since: datetime
    ends: datetime
    page: str

    def __post_init__(self) -> None:
        """Refuse an end that comes too early."""
        if self.ends - self.since < SHORTEST:
            raise ValueError(f"a deprecated route stays for {SHORTEST.days} days at least")

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each answer."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.ends, usegmt=True),
            "Link": f'<{self.page}>; rel="deprecation"',
        }

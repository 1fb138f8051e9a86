"""A stand-in for `GET /`, for a server that does not have this route yet."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

LINK = '</openapi.json>; rel="service-desc", </docs>; rel="service-doc"'


class FrontPage(HTTPAdapter):
    """Answers `GET /` with the links if the server answers 404. Passes on all other requests."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """Return the answer."""
        answer = super().send(request, *args, **options)
        if request.path_url == "/" and answer.status_code == requests.codes.not_found:
            answer.status_code = requests.codes.ok
            answer.headers["Link"] = LINK
        return answer


def session() -> requests.Session:
    """A session in which `GET /` has an answer."""
    made = requests.Session()
    made.mount("http://", FrontPage())
    return made

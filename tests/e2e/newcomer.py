"""A program that knows the URL of a server and nothing of its API. It does what the server says.

It knows three standards: links in HTTP headers (RFC 8288 and RFC 8631), OpenAPI 3.1, and Arazzo
1.0.1. From the front page it goes to the OpenAPI document, and from there to the workflows. Then it
makes the calls of the first workflow. It stops at the first answer that is an error, or that is not
as described.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import requests

TIMEOUT = 30
EXPRESSION = re.compile(r"\$[\w.-]+(#\S*)?")
EMBEDDED = re.compile(r"\{(\$[^}]+)\}")
EQUALS = " == "


class WrongTurnError(Exception):
    """An answer is an error, or is not what the workflow describes."""


class Newcomer:
    """One visit to a server. `secret` is what the operator gives to those who register."""

    def __init__(self, session: requests.Session, url: str, secret: str | None) -> None:
        self.session = session
        self.url = url
        self.secret = secret
        self.answers: list[requests.Response] = []
        self.known: dict[str, Any] = {}

    def visit(self) -> dict[str, Any]:
        """Follow the first workflow to its end. Return its outputs.

        Raises:
            WrongTurnError: a call was refused, or its answer is not as described.
        """
        front = self.send("GET", "/")
        self.description = self.send("GET", front.links["service-desc"]["url"]).json()
        found = self.send("GET", self.description["externalDocs"]["url"]).json()
        workflow = found["workflows"][0]
        self.known = {"inputs": dict(self.inputs(workflow)), "steps": {}}
        for step in workflow["steps"]:
            self.known["steps"][step["stepId"]] = {"outputs": self.take(step)}
        outputs: dict[str, Any] = self.meant(workflow["outputs"])
        return outputs

    def inputs(self, workflow: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
        """Yield the inputs of the workflow. A password is the operator's secret."""
        for name, schema in workflow["inputs"]["properties"].items():
            yield name, self.secret if schema.get("format") == "password" else None

    def take(self, step: dict[str, Any]) -> dict[str, Any]:
        """Make the call of one step. Return the step's outputs."""
        method, path = self.operation(step["operationId"])
        places: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        for parameter in step["parameters"]:
            value = self.meant(parameter["value"])
            if value is not None:
                places[parameter["in"]][parameter["name"]] = value
        for name, value in places["path"].items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        payload = self.meant(step.get("requestBody", {}).get("payload"))
        answer = self.send(method, path, places["query"], places["header"], payload)
        self.known |= {"statusCode": answer.status_code, "response": {"body": answer.json()}}
        for criterion in step["successCriteria"]:
            left, right = criterion["condition"].split(EQUALS)
            if self.meant(left) != json.loads(right.replace("'", '"')):
                raise WrongTurnError(step["stepId"], answer.text)
        outputs: dict[str, Any] = self.meant(step.get("outputs", {}))
        return outputs

    def operation(self, operation_id: str) -> tuple[str, str]:
        """Return the method and the path of an operation."""
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                if operation["operationId"] == operation_id:
                    return method.upper(), path
        raise WrongTurnError(operation_id)

    def meant(self, said: Any) -> Any:
        """Return a value of the workflow, with the runtime expressions replaced."""
        if isinstance(said, dict):
            return {name: self.meant(each) for name, each in said.items()}
        if isinstance(said, list):
            return [self.meant(each) for each in said]
        if not isinstance(said, str):
            return said
        if EXPRESSION.fullmatch(said):
            return self.looked_up(said)
        return EMBEDDED.sub(lambda found: str(self.looked_up(found[1])), said)

    def looked_up(self, expression: str) -> Any:
        """Return what a runtime expression stands for: dotted names, then a JSON Pointer."""
        names, _, pointer = expression.removeprefix("$").partition("#")
        value: Any = self.known
        for name in [*names.split("."), *pointer.split("/")[1:]]:
            value = value[int(name)] if isinstance(value, list) else value[name]
        return value

    def send(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        payload: Any = None,
    ) -> requests.Response:
        """Return the answer to a request. Raise an error if the server refuses the request."""
        url = f"{self.url}{path}"
        answer = self.session.request(
            method, url, params=query, headers=headers, json=payload, timeout=TIMEOUT
        )
        self.answers.append(answer)
        if not answer.ok:
            raise WrongTurnError(method, url, answer.status_code, answer.text)
        return answer

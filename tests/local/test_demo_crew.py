"""The workers of `make demo SWARM=1`: processes that work, are killed, and end with the demo."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.demo_api import Api, DemoError
from local.demo_crew import Crew
from tests.e2e.server import ROOT, free_port
from tests.local.test_readme_waking import until

NOVA = {"agent_id": "nova-agent-id"}
ADA = {"agent_id": "ada"}
SECONDS = 30


@pytest.fixture(scope="module")
def api(url: str) -> Api:
    """The server, with one agent that can take orders."""
    api = Api(url)
    api.call("POST", "agents/register", {}, {**ADA, "name": "Ada", "capabilities": ["estimates"]})
    return api


@pytest.fixture
def order(api: Api) -> str:
    body = {"to_capability": "estimates", "title": "tents", "description": "Estimate them."}
    created = api.call("POST", "work-order", {"from_agent_id": "nova-agent-id"}, body)
    return str(created["work_order_id"])


@pytest.fixture
def crew(api: Api, request: pytest.FixtureRequest) -> Iterator[Crew]:
    crew = Crew(api.url, request.param)
    yield crew
    crew.stop()


def status(api: Api, order: str) -> str:
    return str(api.call("GET", f"work-order/{order}", NOVA)["status"])


@pytest.mark.parametrize("crew", [0.0], indirect=True)
def test_a_worker_claims_an_order_and_completes_it(api: Api, crew: Crew, order: str) -> None:
    crew.start("ada", "estimates")
    until(lambda: status(api, order) == "completed", SECONDS, "the order was not completed")
    crew.require_running()


@pytest.mark.parametrize("crew", [600.0], indirect=True)
def test_a_worker_is_killed_by_the_id_of_its_process(api: Api, crew: Crew, order: str) -> None:
    number = crew.start("ada", "estimates")
    until(lambda: status(api, order) == "accepted", SECONDS, "the order was not claimed")

    assert crew.kill("ada") == number
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert status(api, order) == "accepted"


def test_a_worker_that_ends_by_itself_is_noticed() -> None:
    crew = Crew(f"http://127.0.0.1:{free_port()}")
    number = crew.start("ada", "estimates")
    crew._processes["ada"].wait(SECONDS)
    with pytest.raises(DemoError, match=f"process {number} of a worker ended with status 1"):
        crew.require_running()


def test_a_worker_ends_with_the_process_that_started_it(api: Api) -> None:
    """The worker has the output of that process, and so holds it open until it ends."""
    code = f"from local.demo_crew import Crew; Crew({api.url!r}).start('ada', 'estimates')"
    subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=SECONDS, check=True
    )


def test_the_swarm_ends_with_its_workers_when_nobody_reads_on(api: Api) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m local.demo --swarm | head -2"],
        cwd=ROOT,
        env={**os.environ, "API_URL": api.url},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )

    assert "Traceback" not in done.stderr
    names = {each["name"] for each in api.call("GET", "agents", NOVA)["agents"]}
    assert names == {"Ada", "Boots", "Nova"}

"""Whatever agents are called and whatever is asked: the list holds who matches, each once."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from agent_messaging import clock
from agent_messaging.agents.model import Agent, ContactPolicy
from tests.integration.agents.listed import agent, listed, write_agents
from tests.integration.cloud import Cloud
from tests.scale import examples

# Few letters, so that much is alike; short names, so that all their words count.
LETTERS = "aAbéß漢1"
ids = st.from_regex(r"[ab1]([ab1._-]{0,8}[ab1])?", fullmatch=True)
names = st.text(LETTERS + " .-_#'", min_size=1, max_size=12)
skills = st.sampled_from(["a", "b", "a-b"])


def runs_of(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [run for run in (each.strip("._-") for each in re.findall(r"[\w.-]+", folded)) if run]


def words_of(text: str) -> set[str]:
    return {word for run in runs_of(text) for word in (run, *re.split(r"[._-]+", run))}


queries = st.lists(st.text(LETTERS + ".-_", min_size=1, max_size=3), min_size=1, max_size=3)
searches = queries.map(" ".join).filter(runs_of)


@dataclass(frozen=True)
class Resident:
    """An agent, and whether it is online."""

    agent: Agent
    is_online: bool

    def matches(self, query: dict) -> bool:
        """By the words of the documents, not of the code."""
        words = words_of(self.agent.agent_id) | words_of(self.agent.name)
        wanted = runs_of(query.get("q", ""))
        if not all(any(word.startswith(each) for word in words) for each in wanted):
            return False
        if "capability" in query and query["capability"] not in self.agent.capabilities:
            return False
        shows = {"true": self.is_online, "false": not self.is_online}
        is_closed = self.agent.contact_policy is ContactPolicy.CLOSED
        return "online" not in query or (shows[query["online"]] and not is_closed)


agents = st.builds(
    agent,
    ids,
    names,
    capabilities=st.lists(skills, max_size=3),
    contact_policy=st.sampled_from([ContactPolicy.OPEN, ContactPolicy.OPEN, ContactPolicy.CLOSED]),
)
towns = st.lists(
    st.builds(Resident, agents, st.booleans()),
    min_size=1,
    max_size=12,
    unique_by=lambda resident: resident.agent.agent_id,
)
asked = st.fixed_dictionaries(
    {},
    optional={"q": searches, "capability": skills, "online": st.sampled_from(["true", "false"])},
)


@settings(
    max_examples=examples(100),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(towns, asked, st.sampled_from([1, 2, 3, 100]))
def test_the_pages_of_a_list_hold_who_matches_each_once(
    town: list[Resident], query: dict, limit: int
):
    now = clock.now()
    with mock_aws():
        cloud = Cloud()
        write_agents(cloud, [resident.agent for resident in town])
        for resident in town:
            if resident.is_online:
                cloud.lease(resident.agent.agent_id, now + timedelta(minutes=5), now)
        found = listed(cloud, town[0].agent.agent_id, **query, limit=limit)
    expected = [each.agent.agent_id for each in town if each.matches(query)]
    assert sorted(found) == sorted(expected)

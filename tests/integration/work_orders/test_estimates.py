"""The worker's estimate may lie in any year that UTC has."""

import pytest

from tests.integration.cloud import Cloud


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_an_estimate_of_any_year_can_be_read_again(pair: Cloud, year: str):
    order_id = pair.offer("nova", "boots")
    estimate = f"{year}-06-01T12:00:00Z"
    assert pair.move("boots", order_id, "accept", estimated_completion=estimate).status == 200
    assert pair.order("nova", order_id)["estimated_completion"] == f"{year}-06-01T12:00:00.000Z"
    page = pair.get("/messaging/work-orders", {"agent_id": "nova", "role": "client"})
    assert page.json["total_orders"] == 1


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_a_time_that_leaves_the_calendar_in_utc_is_refused(pair: Cloud, text: str):
    order_id = pair.offer("nova", "boots")
    answer = pair.move("boots", order_id, "accept", estimated_completion=text)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#/estimated_completion")

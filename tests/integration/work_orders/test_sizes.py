"""An order fits one item, however large its fields are."""

from tests.integration.cloud import Cloud


def test_an_order_at_every_limit_fits_one_item(pair: Cloud):
    long = "x" * 60_000
    order_id = pair.offer(
        "nova", "boots", title="🦅" * 500, description=long, requirements={"a": long}
    )
    pair.move("boots", order_id, "accept")
    result = {"summary": long, "result_data": {"a": long}}
    assert pair.move("boots", order_id, "complete", **result).status == 200
    assert pair.order("nova", order_id)["summary"] == long


def test_numbers_that_grow_when_written_out_still_fit_one_item(pair: Cloud):
    # Five characters come in, eighteen are kept: the limit is on what is kept.
    numbers = "[" + ",".join(["1e15"] * 3400) + "]"
    assert len(numbers) < 20_000
    raw = (
        f'{{"to_agent_id":"boots","title":"t","description":"{"x" * 65_536}",'
        f'"requirements":{{"n":{numbers}}},"deliverables":{{"n":{numbers}}}}}'
    )
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw)
    assert answer.status == 200
    order_id = answer.json["work_order_id"]
    pair.move("boots", order_id, "accept")
    raw = f'{{"summary":"{"x" * 65_536}","result_data":{{"n":{numbers}}}}}'
    path = f"/messaging/work-order/{order_id}/complete"
    assert pair.post(path, {"agent_id": "boots"}, raw=raw).status == 200
    page = pair.get("/messaging/work-orders", {"agent_id": "nova", "role": "client"})
    assert page.json["work_orders"][0]["result_data"]["n"][0] == 1e15

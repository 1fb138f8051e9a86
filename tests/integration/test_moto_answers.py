"""The parts of moto that are faster here give the same bytes as moto without them."""

import json
import subprocess
import sys
from pathlib import Path

from moto import mock_aws
from moto.dynamodb.models.dynamo_type import Item

from tests.integration import moto_exchanges
from tests.integration.cloud import Cloud

ROOT = Path(__file__).parents[2]


def test_moto_gives_the_same_bytes_for_values_of_every_type():
    # In a process of its own, because this one has the patches.
    command = [sys.executable, "-m", "tests.integration.moto_exchanges"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    with mock_aws():
        ours = moto_exchanges.answers()
    theirs = json.loads(done.stdout)
    assert len(ours) == len(theirs) > len(moto_exchanges.EXCHANGES)
    asked = [*moto_exchanges.EXCHANGES, *(len(ours) * ["a record"])]
    for our, their, request in zip(ours, theirs, asked, strict=False):
        assert our == their, request


def test_moto_does_not_keep_the_items_that_were_replaced(pair: Cloud):
    tracked = len(Item.instances_tracked)
    pair.send("nova", "boots")
    pair.move("boots", pair.offer("nova", "boots"), "accept")
    assert len(Item.instances_tracked) == tracked

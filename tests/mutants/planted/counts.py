"""Bugs to plant in counts: statistics, units and limits."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

STATS = "tests/integration/stats"
METER = "tests/integration/meter"

MUTANTS = (
    Mutant(
        "what is long of a message is counted as a message",
        "stats/projection.py",
        "if event is not _Event.INSERT or not is_head:",
        "if event is not _Event.INSERT:",
        ("tests/unit/stats/test_projection.py::test_what_is_long_of_a_message_counts_nothing",),
    ),
    Mutant(
        "a roll-up that runs again replaces the snapshot",
        "stats/table.py",
        "            self.table.put(item, IS_NEW)\n",
        "            self.table.put(item)\n",
        (f"{STATS}/test_roll_up.py::test_of_two_roll_ups_at_once_the_first_stays",),
    ),
    Mutant(
        "a record that is delivered again is counted again",
        "stats/runs.py",
        "counted = {number for each in before for number in each.numbers}",
        "counted = {number for each in before for number in each.numbers[:0]}",
        (f"{STATS}/test_counting.py::test_the_same_batch_again_changes_nothing",),
    ),
    Mutant(
        "one poison record fails its whole batch",
        "stats/runs.py",
        '            poison.append(str(record["dynamodb"]["SequenceNumber"]))\n',
        "            raise\n",
        (
            f"{STATS}/test_poison.py"
            "::test_poison_holds_nobody_up_and_is_counted_when_it_is_understood",
        ),
    ),
    Mutant(
        "what is left of the units is dropped with each flush",
        "meter/model.py",
        "        self.tenths -= units * UNIT\n",
        "        self.tenths = 0\n",
        ("tests/unit/test_meter.py::test_an_account_is_due_at_fifty_units_and_keeps_the_rest",),
    ),
    Mutant(
        "an agent's requests are not counted",
        "door/api.py",
        "        self._meter.spend(agent_id, tenths, clock.now())\n",
        "        self._meter.spend(agent_id, 0 * tenths, clock.now())\n",
        (f"{METER}/test_metering.py::test_a_cheap_request_costs_no_call_more",),
    ),
    Mutant(
        "two instances that find the same trip count it twice",
        "meter/table.py",
        'IS_NOT_REFUSED = "attribute_not_exists(penalty) OR penalty.#until <= :now"',
        'IS_NOT_REFUSED = "attribute_exists(agent_id) OR penalty.#until <= :now"',
        (
            f"{METER}/test_penalties.py"
            "::test_of_two_instances_that_find_the_trip_at_once_one_counts_it",
        ),
    ),
    Mutant(
        "the authorizer lets the keys of a refused agent in",
        "agents/key_table.py",
        "        return self.refused_until is not None and now < self.refused_until\n",
        "        return False\n",
        (
            f"{METER}/test_penalties.py"
            "::test_who_spends_too_much_is_refused_until_the_next_minute_is_over",
        ),
    ),
    Mutant(
        "a key that is made in the moment of a trip escapes the penalty",
        "agents/keyring.py",
        '            f"{condition} AND {same_keys} AND {same_penalty}",\n',
        '            f"{condition} AND {same_keys}",\n',
        (f"{METER}/test_penalties.py::test_no_key_that_is_made_in_the_moment_of_a_trip_escapes",),
    ),
    Mutant(
        "a window takes more than its quota",
        "limits.py",
        '"attribute_not_exists(#count) OR #count < :quota"',
        '"attribute_not_exists(#count) OR #count <= :quota"',
        (f"{METER}/test_counters.py::test_a_stack_registers_so_many_agents_in_a_minute",),
    ),
)

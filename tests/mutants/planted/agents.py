"""Bugs to plant in agents: their keys, their names and their contacts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SCHEDULER = "tests/races/scheduler"
NAMES = "tests/integration/agents/test_names.py"
CONTACTS = "tests/integration/contacts"

MUTANTS = (
    Mutant(
        "a heartbeat is refused when its day cannot be noted",
        "agents/table.py",
        '            self.change(caller, {"last_seen_on": now.date().isoformat()}, now)\n',
        "            try:\n"
        '                self.change(caller, {"last_seen_on": now.date().isoformat()}, now)\n'
        "            except Exception as error:\n"
        "                raise RuntimeError from error\n",
        (
            "tests/integration/test_presence.py"
            "::test_a_day_that_cannot_be_noted_keeps_nobody_from_being_online",
        ),
    ),
    Mutant(
        "a stranger's second request takes the place of its first",
        "contacts/table.py",
        "(attribute_not_exists(contact_id) OR purge_at <= :epoch)",
        "(attribute_not_exists(contact_id) OR purge_at <= :epoch OR purge_at > :epoch)",
        (f"{CONTACTS}/test_races.py::test_of_two_messages_of_a_stranger_at_once_one_is_held",),
    ),
    Mutant(
        "a request is released though another one waits by now",
        "contacts/table.py",
        'IS_THIS_REQUEST = "request_id = :request_id"',
        'IS_THIS_REQUEST = "(request_id = :request_id OR attribute_exists(contact_id))"',
        (
            f"{CONTACTS}/test_races.py::test_a_block_behind_an_allow_that_has_read_drops_the_request",
        ),
    ),
    Mutant(
        "a removal of a contact that boto3 repeats is done twice",
        "contacts/table.py",
        "            transact(self.table.client, [item])\n        except TransactionFailedError:",
        '            self.table.client.delete_item(**item["Delete"])\n'
        "        except self.table.client.exceptions.ConditionalCheckFailedException:",
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[removals]",),
    ),
    Mutant(
        "a write does not ask whether the key still speaks for its agent",
        "agents/access.py",
        'condition += f" AND {IS_OF_EPOCH} AND {holds_key(str(caller.key_id))}"',
        'condition += f" AND ({IS_OF_EPOCH} OR {holds_key(str(caller.key_id))} OR {IS_THERE})"',
        (
            "tests/integration/authorisation/test_revocation_races.py"
            "::test_a_key_that_ends_between_read_and_write_writes_nothing[key deleted-accept]",
        ),
    ),
    Mutant(
        "an outgoing key takes the agent back from its owner",
        "agents/keyring.py",
        "if own.replaced_by not in used or any(used.values()):",
        "if own.replaced_by not in used:",
        (
            "tests/integration/authorisation/test_outgoing.py"
            "::test_it_replaces_nothing_once_its_replacement_was_used",
        ),
    ),
    Mutant(
        "a replacement is taken away while it is used",
        "agents/keyring.py",
        'unused = NEVER_USED if own is not None and own.is_outgoing else ""',
        'unused = ""',
        (
            "tests/integration/authorisation/test_key_races.py"
            "::test_a_replacement_that_is_used_while_it_is_replaced_again_stays",
        ),
    ),
    Mutant(
        "an outgoing key lives on each time it calls",
        "agents/model.py",
        "min(self.expires_at or now + OUTGOING_FOR, now + OUTGOING_FOR)",
        "now + OUTGOING_FOR",
        (
            "tests/integration/authorisation/test_outgoing.py"
            "::test_a_client_without_an_answer_asks_again_and_its_time_never_moves",
        ),
    ),
    Mutant(
        "the authorizer does not hear that a key is outgoing",
        "agents/keyring.py",
        "            items.append(self.keys.transact_expire(own, last.expires_at))",
        "            pass",
        (
            "tests/integration/authorisation/test_outgoing.py"
            "::test_the_calling_key_writes_on_for_ten_minutes_and_all_others_end",
        ),
    ),
    Mutant(
        "a key that was made later answers a registration",
        "agents/table.py",
        " or key.created_at != agent.created_at:",
        ":",
        (
            "tests/integration/authorisation/test_brought_keys.py"
            "::test_an_id_is_taken_for_everybody_but_who_brought_its_first_key",
        ),
    ),
    Mutant(
        "two agents have ids that look alike",
        "directory/table.py",
        'NEVER_SEEN = "attribute_not_exists(facet)"',
        'NEVER_SEEN = "(attribute_not_exists(facet) OR attribute_exists(facet))"',
        (f"{NAMES}::test_an_id_that_looks_like_another_is_taken",),
    ),
    Mutant(
        "what an id looks like is free again when its agent leaves",
        "directory/table.py",
        "        return [self.table.transact_delete(key._asdict()) "
        "for key in sorted(keys_of(agent))]\n",
        "        likeness_key = DirectoryKey(LIKENESSES, likeness.skeleton(agent.agent_id))\n"
        "        gone = sorted({*keys_of(agent), likeness_key})\n"
        "        return [self.table.transact_delete(key._asdict()) for key in gone]\n",
        (f"{NAMES}::test_what_an_id_looks_like_stays_taken_when_its_agent_leaves",),
    ),
    Mutant(
        "an agent changes its name to the id of another",
        "directory/profile.py",
        'if changes.get("name", agent.name) != agent.name:',
        'if changes.get("name", agent.name) == "":',
        (f"{NAMES}::test_a_name_that_looks_like_the_id_of_another_is_refused",),
    ),
    Mutant(
        "letters of other scripts spell the system's name",
        "content/likeness.py",
        "readings = skeletons(text) | skeletons(text.translate(_LOOSE))",
        "readings = {text.casefold()}",
        ("tests/unit/test_likeness.py::test_what_looks_like_the_system_is_known",),
    ),
    Mutant(
        "a contact's name is not looked at",
        "contacts/schemas.py",
        "if flag in (*of_name, *of_request)]",
        "if flag in of_request]",
        (f"{NAMES}::test_a_name_of_two_scripts_is_flagged_wherever_it_is_shown",),
    ),
)

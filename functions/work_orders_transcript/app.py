"""Work orders, transcripts: what happened in an order, signed, and the keys to verify it."""

import os

from agent_messaging import clock
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import WorkOrderNotFoundError
from agent_messaging.fields import WorkOrderId
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection
from agent_messaging.storage.kms import SigningKey
from agent_messaging.work_orders.signing import Signer
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transcript import Transcripts
from agent_messaging.work_orders.transcript_schemas import PublicKeys, TranscriptResponse

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"])
key_arn = os.environ["SIGNING_KEY_ARN"]
signer = Signer(SigningKey(key_arn) if key_arn else None, orders.table)
transcripts = Transcripts(orders, messages, signer)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "GET",
    "/messaging/work-order/{work_order_id}/transcript",
    "Get a signed transcript of a work order",
    raises=(WorkOrderNotFoundError,),
)
def read_transcript(caller: Caller, work_order_id: WorkOrderId) -> TranscriptResponse:
    """Only the client and the worker may read it, and both read the same text: the order, its
    history and the first 100 messages of its thread, as canonical JSON (RFC 8785). Keep the whole
    answer. `tools/verify_transcript.py` verifies it, and names the first entry that was changed.
    """
    return transcripts.read(caller, work_order_id, clock.now())


@api.route(
    "GET",
    "/.well-known/agent-messaging-keys.json",
    "List the public keys that verify transcripts",
    identity=None,
)
def list_signing_keys() -> PublicKeys:
    """A JSON Web Key Set (RFC 7517). The first key signs now, if this server signs transcripts. The
    others signed earlier.
    """
    return PublicKeys(keys=list(signer.public_keys()))

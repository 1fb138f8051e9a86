"""Every error that the API answers on purpose. Each class has its HTTP status, code and fix.

    AgentMessagingError
    ├── MalformedError            400  the server cannot read the request
    │   ├── BadCursorError
    │   └── BadPositionError
    ├── UnauthorizedError         401  the caller is unknown
    │   ├── KeyRevokedError
    │   └── RegistrationKeyError
    ├── ForbiddenError            403  the caller is known and may not do this
    │   ├── AgentSuspendedError
    │   ├── ContactRefusedError
    │   ├── ContactRequiredError
    │   ├── IdentityMismatchError
    │   ├── KeyOutgoingError
    │   └── WrongRoleError
    ├── NotFoundError             404  it does not exist, or is not the caller's: same answer
    │   ├── AgentNotFoundError
    │   ├── BidNotFoundError
    │   ├── ChannelNotFoundError
    │   ├── ContactNotFoundError
    │   ├── KeyNotFoundError
    │   ├── MessageNotFoundError
    │   ├── ThreadNotFoundError
    │   ├── UnknownActionError
    │   ├── WebhookNotFoundError
    │   ├── DeliveryNotFoundError
    │   └── WorkOrderNotFoundError
    ├── MethodNotAllowedError     405  the path has routes for other methods
    ├── ConflictError             409  the request is valid, but not in this state
    │   ├── AgentIdTakenError
    │   ├── AgentBusyError
    │   ├── WorkerUnavailableError
    │   ├── AtCapacityError
    │   ├── BiddingClosedError
    │   ├── BidReplacedError
    │   ├── BudgetExceededError
    │   ├── DepthExceededError
    │   ├── ExcludedError
    │   ├── IllegalTransitionError
    │   ├── KeyTakenError
    │   ├── LastKeyError
    │   ├── NotReadyError
    │   ├── NotResumedError
    │   ├── OpenChildrenError
    │   ├── QuestionChangedError
    │   ├── TooManyChildrenError
    │   ├── TooManyKeysError
    │   ├── TooManyQuestionsError
    │   ├── TooManyWebhooksError
    │   ├── WebhookExistsError
    │   ├── WebhookDisabledError
    │   └── WrongOfferError
    ├── PositionGoneError         410  what was asked for has expired
    ├── TooLargeError             413
    ├── MediaTypeError            415
    │   └── ContentEncodingError
    ├── InvalidError              422  a field, parameter or path part is wrong
    ├── ResultMismatchError       422  a result does not match the schema of its order
    ├── IdempotencyKeyReusedError 422  the key belongs to another request
    ├── TooManyRequestsError      429  the request is valid, but too early
    │   ├── ContactPendingError
    │   └── RateLimitedError
    ├── ContentionError           503  too many changes at once; retry
    ├── OutOfTimeError            503  nothing was started; retry
    └── InternalError             500  a bug; nobody raises it

`door/problem.py` turns them into `application/problem+json` (RFC 9457). Any other exception is a
bug. It becomes a 500 that shows nothing but its request id.

The first line of a class docstring is the description of the code in the OpenAPI document.
"""

from agent_messaging.errors.base import (
    AgentMessagingError,
    Fault,
    page_of,
)
from agent_messaging.errors.caller import (
    AgentSuspendedError,
    ContactRefusedError,
    ContactRequiredError,
    ForbiddenError,
    IdentityMismatchError,
    KeyOutgoingError,
    KeyRevokedError,
    RegistrationKeyError,
    UnauthorizedError,
    WrongRoleError,
)
from agent_messaging.errors.later import (
    ContactPendingError,
    ContentionError,
    InternalError,
    OutOfTimeError,
    RateLimitedError,
    TooManyRequestsError,
)
from agent_messaging.errors.request import (
    BadCursorError,
    BadPositionError,
    ContentEncodingError,
    IdempotencyKeyReusedError,
    InvalidError,
    MalformedError,
    MediaTypeError,
    MethodNotAllowedError,
    PositionGoneError,
    ResultMismatchError,
    TooLargeError,
)
from agent_messaging.errors.state import (
    AgentBusyError,
    AgentIdTakenError,
    AgentNotFoundError,
    AtCapacityError,
    BiddingClosedError,
    BidNotFoundError,
    BidReplacedError,
    BudgetExceededError,
    ChannelNotFoundError,
    ConflictError,
    ContactNotFoundError,
    DeliveryNotFoundError,
    DepthExceededError,
    ExcludedError,
    IllegalTransitionError,
    KeyNotFoundError,
    KeyTakenError,
    LastKeyError,
    MessageNotFoundError,
    NotFoundError,
    NotReadyError,
    NotResumedError,
    OpenChildrenError,
    QuestionChangedError,
    ThreadNotFoundError,
    TooManyChildrenError,
    TooManyKeysError,
    TooManyQuestionsError,
    TooManyWebhooksError,
    UnknownActionError,
    WebhookDisabledError,
    WebhookExistsError,
    WebhookNotFoundError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
    WrongOfferError,
)

__all__ = [
    "AgentBusyError",
    "AgentIdTakenError",
    "AgentMessagingError",
    "AgentNotFoundError",
    "AgentSuspendedError",
    "AtCapacityError",
    "BadCursorError",
    "BadPositionError",
    "BidNotFoundError",
    "BidReplacedError",
    "BiddingClosedError",
    "BudgetExceededError",
    "ChannelNotFoundError",
    "ConflictError",
    "ContactNotFoundError",
    "ContactPendingError",
    "ContactRefusedError",
    "ContactRequiredError",
    "ContentEncodingError",
    "ContentionError",
    "DeliveryNotFoundError",
    "DepthExceededError",
    "ExcludedError",
    "Fault",
    "ForbiddenError",
    "IdempotencyKeyReusedError",
    "IdentityMismatchError",
    "IllegalTransitionError",
    "InternalError",
    "InvalidError",
    "KeyNotFoundError",
    "KeyOutgoingError",
    "KeyRevokedError",
    "KeyTakenError",
    "LastKeyError",
    "MalformedError",
    "MediaTypeError",
    "MessageNotFoundError",
    "MethodNotAllowedError",
    "NotFoundError",
    "NotReadyError",
    "NotResumedError",
    "OpenChildrenError",
    "OutOfTimeError",
    "PositionGoneError",
    "QuestionChangedError",
    "RateLimitedError",
    "RegistrationKeyError",
    "ResultMismatchError",
    "ThreadNotFoundError",
    "TooLargeError",
    "TooManyChildrenError",
    "TooManyKeysError",
    "TooManyQuestionsError",
    "TooManyRequestsError",
    "TooManyWebhooksError",
    "UnauthorizedError",
    "UnknownActionError",
    "WebhookDisabledError",
    "WebhookExistsError",
    "WebhookNotFoundError",
    "WorkOrderNotFoundError",
    "WorkerUnavailableError",
    "WrongOfferError",
    "WrongRoleError",
    "page_of",
]

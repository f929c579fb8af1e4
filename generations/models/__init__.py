"""Tables, their statuses and constraints, and querysets with intent."""

from generations.models.api import (
    ApiCall,
    ApiCallContent,
    ApiMinute,
    ApiReplay,
    ApiUsage,
    CallStatus,
    DeliveryState,
    InputAddress,
    WebhookDelivery,
)
from generations.models.asset import Asset, GatewayAsset
from generations.models.batch import Batch
from generations.models.catalog import CatalogModel, Kind, ModelInput, ModelParameter
from generations.models.chat import (
    Message,
    MessageAttachment,
    MessagePiece,
    MessageStatus,
    Purpose,
    TextFile,
    Thread,
    TitleSource,
)
from generations.models.collecting import (
    Board,
    BoardItem,
    EntryTag,
    Favourite,
    Selection,
    Tag,
)
from generations.models.draft import Draft
from generations.models.generation import (
    RESUBMIT_GRACE,
    UNFINISHED,
    GatewayTask,
    Generation,
    GenerationEvent,
    GenerationInput,
    GenerationOutput,
    Relation,
    Status,
    Visibility,
    prompt_digest,
)
from generations.models.installation import EngineShift, GatewayState, Installation
from generations.models.library import Revision, StudioPreferences, TimelineEntry
from generations.models.news import News
from generations.models.prompts import PromptTemplate, PromptUse
from generations.models.writing import Preset, QueuedMessage

__all__ = [
    "RESUBMIT_GRACE",
    "UNFINISHED",
    "ApiCall",
    "ApiCallContent",
    "ApiMinute",
    "ApiReplay",
    "ApiUsage",
    "Asset",
    "Batch",
    "Board",
    "BoardItem",
    "CallStatus",
    "CatalogModel",
    "DeliveryState",
    "Draft",
    "EngineShift",
    "EntryTag",
    "Favourite",
    "GatewayAsset",
    "GatewayState",
    "GatewayTask",
    "Generation",
    "GenerationEvent",
    "GenerationInput",
    "GenerationOutput",
    "InputAddress",
    "Installation",
    "Kind",
    "Message",
    "MessageAttachment",
    "MessagePiece",
    "MessageStatus",
    "ModelInput",
    "ModelParameter",
    "News",
    "Preset",
    "PromptTemplate",
    "PromptUse",
    "Purpose",
    "QueuedMessage",
    "Relation",
    "Revision",
    "Selection",
    "Status",
    "StudioPreferences",
    "Tag",
    "TextFile",
    "Thread",
    "TimelineEntry",
    "TitleSource",
    "Visibility",
    "WebhookDelivery",
    "prompt_digest",
]

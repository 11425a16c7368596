"""The search attributes that runs carry: registered with a server, which knows none of them by itself."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from canonical import identity

TYPES = {
    identity.CORRELATION_ID: "Keyword",
    identity.FACILITY: "Keyword",
    identity.PROCESS: "Keyword",
    identity.STAGE: "Keyword",
    identity.WAITING_FOR: "KeywordList",
    identity.BUSINESS_KEY: "Keyword",
}
_KEYWORDS = {name: SearchAttributeKey.for_keyword(name) for name, kind in TYPES.items() if kind == "Keyword"}
_INDEXED = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


def at_start(name: identity.RunName, correlation_id: str) -> TypedSearchAttributes:
    """What a run can be found by from its start."""
    values = {
        identity.CORRELATION_ID: correlation_id,
        identity.FACILITY: name.facility,
        identity.PROCESS: name.process,
        identity.STAGE: identity.FIRST_STAGE,
        identity.BUSINESS_KEY: name.business_key,
    }
    return TypedSearchAttributes([SearchAttributePair(_KEYWORDS[key], value) for key, value in values.items()])


async def missing(client: Client) -> list[str]:
    """The search attributes that the client's namespace lacks."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    answer = await client.operator_service.list_search_attributes(request)
    return [name for name in TYPES if name not in answer.custom_attributes]


async def register(client: Client) -> None:
    """Register those that are missing; where they are all there, this changes nothing."""
    absent = await missing(client)
    if not absent:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes={name: _INDEXED[TYPES[name]] for name in absent}
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise

"""What a system with an OpenAPI document says of itself."""

from collections.abc import Collection, Mapping

from connectors.protocols.openapi_fields import fields_of
from connectors.protocols.rest import RestClient

PATH = "/openapi.json"


async def title_and_version(rest: RestClient) -> str:
    """The API's title and version."""
    answer = await rest.read("openapi", PATH)
    match answer.body:
        case {"info": {"title": str(title), "version": str(version)}}:
            return f"{title} {version}"
        case _:
            raise answer.unreadable()


async def schema_of(rest: RestClient, *, without: Collection[str] = ()) -> Mapping[str, str]:
    """Every field that the API takes and answers, by its place, with its type; but for paths that begin as `without`."""
    answer = await rest.read("openapi", PATH)
    try:
        return fields_of(answer.body, without=tuple(without))
    except (AttributeError, LookupError, TypeError, RecursionError):
        # Whatever else it is, it is no OpenAPI document.
        raise answer.unreadable() from None

"""Bodies of requests, as the vendor's manual prints them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _day(text: str) -> str:
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        raise ValueError("is no day of the calendar") from None
    return text


Date = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$"), AfterValidator(_day)]
# Eleven digits before the point: SQLite could sum 900,000 of the largest lines before its integers end.
Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}\.[0-9]{2}$")]
Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9]{3}$")]
Text = Annotated[str, StringConstraints(max_length=60)]
Printable = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{0,40}$")]


class Form(BaseModel):
    """An unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JournalHeader(Form):
    """Document header. SERV_DATE is the day of the service, PSTNG_DATE decides the period."""

    COMP_CODE: Printable
    DOC_TYPE: Literal["SA", "WA", "WE", "WL", "RE", "KG", "AB", "UE"] = "SA"
    REF_DOC_NO: Printable = ""
    HEADER_TXT: Text = ""
    SERV_DATE: Date
    PSTNG_DATE: Date
    CURRENCY: Printable


class JournalItem(Form):
    """A line: posting key 40 debits, 50 credits. A line of 0.00 needs the statistical indicator X."""

    POSTING_KEY: Literal["40", "50"]
    GL_ACCOUNT: Printable
    AMOUNT_DC: Amount
    COST_CTR: Printable = ""
    PLANT: Printable = ""
    STGE_LOC: Printable = ""
    MATERIAL: Printable = ""
    QUANTITY: Quantity = "0.000"
    BASE_UOM: Printable = ""
    SERIAL_NO: Printable = ""
    BATCH: Printable = ""
    ITEM_TEXT: Text = ""
    STAT_IND: Literal["", "X"] = ""


class Journal(Form):
    """A journal to post."""

    HEADER: JournalHeader
    ITEMS: Annotated[tuple[JournalItem, ...], Field(min_length=2, max_length=999)]


class Reversal(Form):
    """A reversal to post: the lines of the original with the posting keys exchanged."""

    PSTNG_DATE: Date
    REASON: Literal["01", "02", "03"] = "01"
    REF_DOC_NO: Printable = ""
    HEADER_TXT: Text = ""

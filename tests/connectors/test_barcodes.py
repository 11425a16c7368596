"""Barcodes of the three agencies: what each says, what is refused, and that no text of a barcode gets into an error."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from canonical.documents.usage import Scan
from connectors.protocols.barcode.hibc import CHARACTERS, check_character
from connectors.protocols.barcode.scan import pack_indicator, read_barcode
from connectors.protocols.barcode.unreadable import Fault, UnreadableBarcode

EACH, BOX = "00950000047010", "10950000047017"
PRIMARY = "+A123BJC5D6E71G"

# The first GS1 barcode of a process loads the tables of prefixes.
unhurried = settings(deadline=None)


def scan(
    agency: str,
    device: str,
    *,
    lot: str | None = None,
    serial: str | None = None,
    expires: date | None = None,
) -> Scan:
    return Scan(agency=agency, device_identifier=device, lot=lot, serial=serial, expires=expires)


def hibc(text: str) -> str:
    return text + check_character(text)


@pytest.mark.parametrize(
    ("barcode", "said"),
    [
        (f"01{EACH}", scan("GS1", EACH)),
        (f"]d201{EACH}17270201" "10AB-1\x1d21S9", scan("GS1", EACH, lot="AB-1", serial="S9", expires=date(2027, 2, 1))),
        (f"]C101{EACH}10AB\x1d17280229", scan("GS1", EACH, lot="AB", expires=date(2028, 2, 29))),
        (f"\x1d01{EACH}10AB", scan("GS1", EACH, lot="AB")),
        (f"01{BOX}17280200", scan("GS1", BOX, expires=date(2028, 2, 29))),
        (f"(01){EACH}(17)270200(10)AB", scan("GS1", EACH, lot="AB", expires=date(2027, 2, 28))),
        (f"(01) {EACH} (21) 77", scan("GS1", EACH, serial="77")),
        (f"11250101" f"01{EACH}", scan("GS1", EACH)),
        (EACH, scan("GS1", EACH)),
        ("950000047010", scan("GS1", EACH)),
        ("]E00950000047010", scan("GS1", EACH)),
        (f"https://id.gs1.org/01/{EACH}/10/AB/21/S9?17=270201", scan("GS1", EACH, lot="AB", serial="S9",
                                                                    expires=date(2027, 2, 1))),
    ],
)  # fmt: skip
def test_gs1_says_device_lot_serial_and_expiry(barcode: str, said: Scan) -> None:
    assert read_barcode(barcode) == said


@pytest.mark.parametrize(
    ("barcode", "fault"),
    [
        ("0100950000047011", Fault.check_digit),
        ("00950000047011", Fault.check_digit),
        ("(01)00950000047011(10)AB", Fault.check_digit),
        ("10ABC", Fault.no_device),
        ("(10)ABC", Fault.no_device),
        (f"01{EACH}17271399", Fault.structure),
        (f"01{EACH}17270230", Fault.structure),
        (f"01{EACH}01{BOX}", Fault.contradiction),
        (f"(01){EACH}(10)AB(rest", Fault.structure),
        (f"(01){EACH}junk", Fault.structure),
        ("0100", Fault.structure),
        ("https://example.org/nothing", Fault.structure),
        ("()", Fault.structure),
    ],
)
def test_gs1_that_breaks_its_rules_is_refused(barcode: str, fault: Fault) -> None:
    refused(barcode, fault)


@pytest.mark.parametrize(
    ("barcode", "said"),
    [
        (PRIMARY, scan("HIBCC", "A123BJC5D6E71")),
        (f"*{PRIMARY}*", scan("HIBCC", "A123BJC5D6E71")),
        ("+A99912345/$$52001510X33", scan("HIBCC", "A99912345", lot="10X3", expires=date(2020, 1, 15))),
        (f"{PRIMARY}\n+2001510X3GG", scan("HIBCC", "A123BJC5D6E71", lot="10X3", expires=date(2020, 1, 15))),
        (
            hibc("+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202"),
            scan(
                "HIBCC",
                "H123PARTNO1234567890120",
                lot="LOT123456789012345",
                serial="XYZ456789012345678",
                expires=date(2020, 2, 2),
            ),
        ),
    ],
)
def test_hibc_says_device_lot_serial_and_expiry(barcode: str, said: Scan) -> None:
    assert read_barcode(barcode) == said


@pytest.mark.parametrize(
    ("data", "lot", "serial", "expires"),
    [
        ("$L1", "L1", None, None),
        ("$+S1", None, "S1", None),
        ("$$0229L1", "L1", None, date(2029, 2, 28)),
        ("$$1228", None, None, date(2028, 12, 31)),
        ("$$2022928L1", "L1", None, date(2028, 2, 29)),
        ("$$3280229L1", "L1", None, date(2028, 2, 29)),
        ("$$428022923L1", "L1", None, date(2028, 2, 29)),
        ("$$528060L1", "L1", None, date(2028, 2, 29)),
        ("$$62806023L1", "L1", None, date(2028, 2, 29)),
        ("$$7L1", "L1", None, None),
        ("$$+7S1", None, "S1", None),
        ("$$+3280229S1", None, "S1", date(2028, 2, 29)),
        ("$$8243280229L1", "L1", None, date(2028, 2, 29)),
        ("$$9001003280229L1", "L1", None, date(2028, 2, 29)),
        ("28060L1", "L1", None, date(2028, 2, 29)),
        ("$L1/SS1/14D20280229", "L1", "S1", date(2028, 2, 29)),
        ("$L1/Q5/16D20260101", "L1", None, None),
    ],
)
def test_hibc_secondary_data_in_all_its_forms(
    data: str, lot: str | None, serial: str | None, expires: date | None
) -> None:
    said = scan("HIBCC", "A123BJC5D6E71", lot=lot, serial=serial, expires=expires)
    assert read_barcode(hibc(f"+A123BJC5D6E71/{data}")) == said
    assert read_barcode(f"{PRIMARY}\r\n{hibc(f'+{data}G')}") == said


@pytest.mark.parametrize(
    ("barcode", "fault"),
    [
        ("+A123BJC5D6E71H", Fault.check_digit),
        ("+A99912345/$$52001510X34", Fault.check_digit),
        (f"{PRIMARY}\n{hibc('+$L1A')}", Fault.link),
        (f"{PRIMARY}\n{PRIMARY}", Fault.structure),
        (f"{PRIMARY}\n{PRIMARY}\n{PRIMARY}", Fault.structure),
        (hibc("+$$52001510X3G"), Fault.no_device),
        (hibc("+1"), Fault.structure),
        (hibc("+A12/"), Fault.structure),
        (hibc("+A123BJC5D6E71/$$2023028L1"), Fault.date),
        (hibc("+A123BJC5D6E71/$$1329L1"), Fault.date),
        (hibc("+A123BJC5D6E71/$$527366L1"), Fault.date),
        (hibc("+A123BJC5D6E71/$$527000L1"), Fault.date),
        (hibc("+A123BJC5D6E71/$$3ABC"), Fault.structure),
        (hibc("+A123BJC5D6E71/$$X"), Fault.structure),
        (hibc("+A123BJC5D6E71/WHAT"), Fault.structure),
        (hibc("+A123BJC5D6E71/$L1/$L2"), Fault.contradiction),
        ("+a123bjc5d6e71g", Fault.characters),
    ],
)
def test_hibc_that_breaks_its_rules_is_refused(barcode: str, fault: Fault) -> None:
    refused(barcode, fault)


@pytest.mark.parametrize(
    ("barcode", "said"),
    [
        (
            "=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123",
            scan(
                "ICCBBA",
                "A9999XYZ100T0944",
                lot="000000000000XYZ123",
                serial="000025",
                expires=date(2014, 2, 1),
            ),
        ),
        (
            "=W12342612345600=<T0944V00&>0283662359=%5100",
            scan("ICCBBA", "T0944V00", lot="W12342612345600", expires=date(2028, 12, 31)),
        ),
        ("=+04000=<E0791V00", scan("ICCBBA", "E0791V00")),
        ("]d1=<E0791V00=>999365", scan("ICCBBA", "E0791V00", expires=date(1999, 12, 31))),
    ],
)
def test_isbt_128_says_product_donation_and_expiry(barcode: str, said: Scan) -> None:
    assert read_barcode(barcode) == said


@pytest.mark.parametrize(
    ("barcode", "fault"),
    [
        ("=W12342612345600", Fault.no_device),
        ("=<E0791V0", Fault.structure),
        ("&(123", Fault.structure),
        ("=<E0791V00=<E0791V01", Fault.contradiction),
        ("=<E0791V00=>027366", Fault.date),
        ("=O12342612345600=<E0791V00", Fault.structure),
    ],
)
def test_isbt_128_that_breaks_its_rules_is_refused(barcode: str, fault: Fault) -> None:
    refused(barcode, fault)


@pytest.mark.parametrize("barcode", ["", "NONSENSE", "\x00", "ü", "٠١٢", "A" * 501, "#!?", "]"])
def test_nonsense_is_refused(barcode: str) -> None:
    with pytest.raises(UnreadableBarcode):
        read_barcode(barcode)


def test_the_pack_level_stands_in_the_device_identifier() -> None:
    assert [pack_indicator(read_barcode(each)) for each in (EACH, BOX, PRIMARY, "=<E0791V00")] == ["0", "1", "1", None]


@unhurried
@given(st.text(max_size=120))
@example("(01)")
@example("3929" + "1")
@example("https://id.gs1.org/01/x")
@example("+++++")
def test_no_text_crashes_the_reader(barcode: str) -> None:
    read_or_refused(barcode)


@unhurried
@given(st.text(alphabet="0123456789()+=&/$<>,} \x1d\nADS%]", max_size=60))
def test_no_text_of_barcode_characters_crashes_the_reader(barcode: str) -> None:
    read_or_refused(barcode)


@unhurried
@given(st.text(alphabet="0123456789\x1d", max_size=40).map(lambda rest: f"01{EACH}{rest}"))
def test_no_rest_behind_a_gtin_crashes_the_reader(barcode: str) -> None:
    read_or_refused(barcode)


@unhurried
@given(st.text(alphabet=CHARACTERS, max_size=40).map(lambda data: hibc(f"+A123BJC5D6E71/{data}")))
def test_no_hibc_data_crashes_the_reader(barcode: str) -> None:
    read_or_refused(barcode)


@unhurried
@given(st.from_regex(r"=[/<>,}A-Z&%+][A-Z0-9]{0,20}(&[,>][0-9A-Z]{0,20})?", fullmatch=True))
def test_no_isbt_structure_crashes_the_reader(barcode: str) -> None:
    read_or_refused(barcode)


@unhurried
@given(st.from_regex(r"[A-Z0-9]{6,12}", fullmatch=True), st.integers(min_value=0, max_value=41))
def test_a_changed_character_of_a_hibc_label_is_noticed(pcn: str, shift: int) -> None:
    label = hibc(f"+A123{pcn}1")
    place = 5 + shift % len(pcn)
    other = CHARACTERS[(CHARACTERS.index(label[place]) + 1 + shift) % 43]
    refused(label[:place] + other + label[place + 1 :], Fault.check_digit)


def refused(barcode: str, fault: Fault) -> None:
    with pytest.raises(UnreadableBarcode) as caught:
        read_barcode(barcode)
    assert caught.value.fault is fault
    assert quotes_nothing(caught.value, barcode)


def read_or_refused(barcode: str) -> None:
    try:
        assert read_barcode(barcode).device_identifier
    except UnreadableBarcode as unreadable:
        assert quotes_nothing(unreadable, barcode)


def quotes_nothing(error: UnreadableBarcode, barcode: str) -> bool:
    """Neither its own words nor an error behind it; short ones may be words of ours by chance."""
    words = {f"{agency} barcode: {error.fault}" for agency in ("unknown", "GS1", "HIBCC", "ICCBBA")}
    return str(error) in words and error.__cause__ is None and error.__context__ is None

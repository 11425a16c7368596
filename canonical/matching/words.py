"""Words: figures as they stand in a sentence for people who pay."""

from decimal import Decimal

FOUR = Decimal("0.0001")


def plain(figure: Decimal) -> str:
    """A quantity or percentage without idle zeros.

    >>> plain(Decimal("12.5000"))
    '12.5'
    """
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """An amount to the cent.

    >>> money(Decimal("12.5"))
    '12.50'
    """
    return f"{amount:.2f}"


def price(amount: Decimal) -> str:
    """A unit price: to the cent, or as finely as it is told, up to four places.

    >>> price(Decimal("0.12345")), price(Decimal("3.5"))
    ('0.1234', '3.50')
    """
    text = plain(amount.quantize(FOUR))
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def percent(apart: Decimal, of: Decimal) -> str:
    """A difference as a share, where there is something to compare it with."""
    return f"{plain((apart * 100 / of).quantize(Decimal('0.1')))}%" if of > 0 else "of nothing"

"""Words: how a ledger stands, and what a step is called, as an analyst reads it."""

from canonical.run import Ledger, Standing


def standing_in_words(ledger: Ledger) -> str:
    """Standing, reference, and the reason where there is one."""
    words = [str(ledger.standing), ledger.reference, f"({ledger.reason})" if ledger.reason else ""]
    if ledger.corrected and ledger.standing is not Standing.pending:
        words.append("corrected")
    return " ".join(word for word in words if word)


def step_in_words(step: str) -> str:
    """A step as people name it.

    >>> step_in_words("receipt-line.R.1.2"), step_in_words("lots.R1"), step_in_words("voucher")
    ('receipt R.1 line 2', 'lots R1', 'voucher')
    """
    kind, _, number = step.partition(".")
    if not kind.endswith("-line"):
        return f"{kind} {number}".strip()
    number, _, line = number.rpartition(".")
    return f"{kind.removesuffix('-line')} {number} line {line}"

"""The README says of each system what the code says."""

from tests.connectors.support import README, refreshed, rows, systems


def test_the_readme_says_what_each_system_supports() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == refreshed(text), "the table of what each system supports is out of date: make support"


def test_a_verb_counts_for_the_port_whose_it_is() -> None:
    installed = systems()
    told = {(port, verb): marks for port, verb, *marks in rows(installed)}
    names = [one.name for one in installed]
    inventory = names.index("sandbox-inventory")
    assert told["Inventory", "`take_back`"][inventory] == "yes"
    assert told["Supplier", "`acknowledgements`"][inventory] == ""
    assert [mark for mark in told["Billing", "`post_charge`"] if mark] and told["Billing", "`post_charge`"][
        inventory
    ] == ""

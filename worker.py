"""The composition root: settings -> client -> store -> connectors -> activities -> workers. Nothing imports it."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import canonical
from activities.charges import Charges
from activities.costs import Costs
from activities.notes import Notes
from activities.stock import Stock
from suture.assembly import Assembly, assemble
from suture.configuration import read_settings
from suture.people import People
from suture.serving import ROLES, Queue, Role, queues
from suture.settings import Settings
from suture.store.store import Store
from workflows.usage_to_charge import UsageToCharge

WORKFLOWS = (UsageToCharge,)


def calls(assembly: Assembly, store: Store) -> Mapping[str, Sequence[Callable[..., Any]]]:
    """The activities of each system: those of every domain that it serves."""
    served: dict[str, list[Callable[..., Any]]] = {name: [] for name in assembly.systems}
    for name, inventory in assembly.inventory.items():
        served[name] += Stock(inventory, store.effects).all()
    for name, billing in assembly.billing.items():
        served[name] += Charges(billing, store.effects, store.vault).all()
    for name, finance in assembly.finance.items():
        served[name] += Costs(finance, store.effects).all()
    return served

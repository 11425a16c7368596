"""`suture connector`: hold a configured system to the contract while it runs, and begin the connector of a new one."""

from pathlib import Path
from typing import Annotated

import typer

from suture.cli.options import AsJson

connector = typer.Typer(help="The connectors to systems of others.", no_args_is_help=True)

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="Its name under [systems] in the configuration.")]


@connector.command()
def check(
    context: typer.Context,
    system: SystemName,
    record: Annotated[bool, typer.Option("--record", help="Record its schema anew, beside the connector.")] = False,
    facility: Annotated[str | None, typer.Option(help="Ask for this one; else the first that it serves.")] = None,
    location: Annotated[str | None, typer.Option(help="A location that it knows; else one of the policy's.")] = None,
    cost_centre: Annotated[str | None, typer.Option(help="A cost centre that it knows; else that location's.")] = None,
    item: Annotated[str | None, typer.Option(help="Also say whether it knows this item.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a live system by reads alone.

    Its version, the credential and its rights, every read of its ports, and
    whether its fields are still those that its connector was written for.
    Exit 0: all is well; 1 a right or field is missing, or the contract is
    broken; 4 it does not answer; 6 its schema has drifted.
    """
    from suture.cli.checks import ending, tell
    from suture.cli.connector_checks import check_system
    from suture.cli.session import configured, run

    found = run(
        check_system(
            configured(context),
            system,
            record=record,
            facility=facility,
            location=location,
            cost_centre=cost_centre,
            item=item,
        )
    )
    tell(found, as_json=as_json)
    raise typer.Exit(ending(found))


@connector.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its kind, for example acme-erp.")],
    port: Annotated[
        list[str],
        typer.Option(
            help="What it serves: inventory, storeroom, billing, finance, procurement or supplier; one or several."
        ),
    ],
    folder: Annotated[Path, typer.Option(help="A checkout of suture.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the skeleton of a system into a checkout.

    Its settings, client, mapping, events and connector with every verb of
    its ports, and its adapter to the contract suite, which fails until it is
    written. Nothing that is there is overwritten.
    """
    from suture.cli import output
    from suture.cli.failures import Ending, Failed
    from suture.connector.planting import plant
    from suture.connector.skeleton import Refused, Skeleton

    try:
        skeleton = Skeleton(name, tuple(port))
        written = plant(skeleton, folder)
    except Refused as refused:
        raise Failed(refused.what, do=refused.do, ending=Ending.usage) from None
    steps = [
        "install its entry point: make venv",
        f"start it in {skeleton.peer_file}, then hold it to the contract: "
        f".venv/bin/pytest tests/connectors/contract -k {name}",
        f'configure it: [systems.<name>] with kind = "{name}"; then suture connector check <name> --record',
        "how it is done: docs/connectors/README.md",
    ]
    if as_json:
        output.emit({"written": written, "next": steps})
        return
    for file in written:
        output.say(f"wrote {file}")
    for step in steps:
        output.say(f"next: {step}")

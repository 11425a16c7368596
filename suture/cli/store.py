"""`suture store`: bring the store's tables to this version."""

import typer

from suture.cli.options import AsJson

store = typer.Typer(help="The store: what the engine remembers outside Temporal.", no_args_is_help=True)


@store.command()
def migrate(context: typer.Context, as_json: AsJson = False) -> None:
    """Migrate the tables to this version.

    Does nothing where they are. Stop gateway and worker first. Audited.
    """
    from suture.cli import output
    from suture.cli.auditing import audit
    from suture.cli.session import configured, run
    from suture.store import migrate as migrations

    settings = configured(context)
    before = migrations.revision(settings.store.url)
    after = migrations.migrate(settings.store.url)
    if before != after:
        run(audit(settings, action="store-migrate", subject=f"revision {after}"))
    if as_json:
        output.emit({"before": before, "after": after})
    elif before == after:
        output.say(f"nothing to do: the store is at revision {after}")
    else:
        came = f"revision {before}" if before else "made a new, empty store"
        output.say(f"migrated: {came} -> revision {after}")


@store.callback()
def group() -> None:
    """Keep `migrate` a command of its own name: with a single command typer would drop the name."""

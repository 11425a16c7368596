"""How Alembic runs our migrations: on the connection, and in the transaction, of `suture.store.migrate`."""

from alembic import context
from sqlalchemy import Connection

from suture.store.tables import METADATA

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("migrations run through: suture store migrate")
# Batches, because SQLite cannot change a column in place.
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()

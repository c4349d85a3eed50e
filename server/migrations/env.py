"""Run by Alembic: migrates over the connection that `server.migrations.upgrade` was given."""

from alembic import context

from server.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

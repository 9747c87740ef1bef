"""Runs the migrations on the connection and in the transaction that migrate() opened."""

from alembic import context

from map_server.adapters.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()

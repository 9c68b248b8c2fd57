"""How migrations reach the application's database."""

from alembic import context

from drillreg.core.db import Base, db
from drillreg.fulltext.models import is_of_models

connectable = db.engine


def run() -> None:
    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=is_of_models,
            user_module_prefix="db.",
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.in_transaction():
            connection.commit()


run()

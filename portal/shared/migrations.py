"""The only place that runs Alembic: each side hands in its own folder of revisions and its own database."""

from collections.abc import Callable
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Engine, MetaData


def upgrade(engine: Engine, folder: Path) -> None:
    """Bring the database to the newest revision of `folder`, in one transaction, or leave it as it was."""
    _run(engine, folder, command.upgrade, "head")


def downgrade(engine: Engine, folder: Path, revision: str) -> None:
    """Take the database back to `revision` (`base` for an empty one), in one transaction."""
    _run(engine, folder, command.downgrade, revision)


def run_in_env(metadata: MetaData) -> None:
    """What a side's `env.py` does: run the revisions on the connection that was handed in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,  # SQLite can, though Alembic does not assume it
    )
    with context.begin_transaction():
        context.run_migrations()


def _run(engine: Engine, folder: Path, act: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        act(config, revision)

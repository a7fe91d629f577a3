"""The only place that runs Alembic: each side hands in its own folder of revisions and its own database."""

from pathlib import Path

from sqlalchemy import Engine, MetaData, inspect, text


def upgrade(engine: Engine, folder: Path, *, to: str = "") -> None:
    """Bring the database to the newest revision of `folder`, or up `to` one, in one transaction, or not at all."""
    if revision(engine) != (to or newest(folder)):
        _run(engine, folder, "upgrade", to or "head")


def downgrade(engine: Engine, folder: Path, revision: str) -> None:
    """Take the database back to `revision` (`base` for an empty one), in one transaction."""
    _run(engine, folder, "downgrade", revision)


def revision(engine: Engine) -> str | None:
    """The revision that the database stands at, found without Alembic: most starts have nothing to do."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
        return found


def newest(folder: Path) -> str:
    """The last revision of a folder, whose files begin with their revision's number: `0002_webinars.py`."""
    return max(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*.py"))


def run_in_env(metadata: MetaData) -> None:
    """What a side's `env.py` does: run the revisions on the connection that was handed in."""
    from alembic import context  # loaded by a migration alone: starts are many, migrations few

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,  # SQLite can, though Alembic does not assume it
    )
    with context.begin_transaction():
        context.run_migrations()


def _run(engine: Engine, folder: Path, act: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, act)(config, revision)

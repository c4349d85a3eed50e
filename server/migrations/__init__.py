"""Brings a journal's schema up to date. Importing this loads Alembic, about half a second."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration() -> Config:
    """Alembic's configuration, without a file of its own anywhere."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Run what the schema lacks, within the transaction that `connection` has begun."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

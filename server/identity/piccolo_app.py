"""Piccolo's description of identity's tables."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="identity",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "server.identity.tables.people",
            "server.identity.tables.factors",
            "server.identity.tables.sessions",
            "server.identity.tables.tickets",
            "server.identity.tables.bounds",
        ]
    ),
    migration_dependencies=[],
)

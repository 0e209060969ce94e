"""Piccolo's description of the core's tables."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="core",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "server.core.access.tables",
            "server.core.outbox.tables",
            "server.core.audit.tables",
            "server.core.notices.tables",
            "server.core.vault.tables",
        ]
    ),
    migration_dependencies=[],
)

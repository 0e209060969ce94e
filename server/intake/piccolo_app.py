"""Piccolo's description of the intake tables."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="intake",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(["server.intake.tables"]),
    migration_dependencies=["server.core.piccolo_app"],
)

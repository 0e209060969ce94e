"""Names every slice's tables for Piccolo; `server.core.db.bind` puts the engine into `DB`."""

from typing import Any

from piccolo.conf.apps import AppRegistry
from piccolo.engine.base import Engine

DB: Engine[Any] | None = None

APP_REGISTRY = AppRegistry(
    apps=[
        "server.core.piccolo_app",
        "server.identity.piccolo_app",
        "server.patients.piccolo_app",
        "server.fleet.piccolo_app",
        "server.intake.piccolo_app",
        "server.cases.piccolo_app",
        "server.reports.piccolo_app",
        "server.exchange.piccolo_app",
        "server.followup.piccolo_app",
        "server.scheduling.piccolo_app",
        "server.calls.piccolo_app",
    ]
)

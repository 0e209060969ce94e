"""The audit trail: who did what to whose record and why; append-only, chained, its checkpoints kept outside."""

from server.core.audit.record import record

__all__ = ["record"]

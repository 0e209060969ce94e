"""PostgreSQL's own gate: what a query that forgot `scoped` reaches, as a role that cannot step around it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.conf.apps import Finder
from piccolo.table import Table

from server.core.access import Actor, ActorKind, Role, system_actor
from server.core.access.grants import end_grant, grant
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import engine, platform_wide, transaction, working_for
from server.core.db.policies import UNGUARDED, clause_of, guarded_tables
from server.core.db.roles import RoleRefused, refuse_bypass
from server.core.db.engines import open_engine
from server.core.platform import Platform, now
from server.patients.tables import Encounter, HealthItem, HealthItemKind
from server.reports.tables import AnswerDraft
from server.settings import Database
from tests.support.platforms import OWNER_URL, Templates, platform_on

pytestmark = pytest.mark.requires("postgresql")


@pytest.fixture
async def postgres(tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    async with platform_on("postgresql", tmp_path, templates) as opened:
        yield opened


def person(organisation_id: UUID, role: Role) -> Actor:
    return Actor(
        actor_id=uuid4(), kind=ActorKind.PERSON, organisation_id=organisation_id, roles=frozenset({role})
    )


def item(organisation_id: UUID, patient_id: UUID) -> HealthItem:
    return HealthItem(
        recorded_at=now(),
        organisation_id=organisation_id,
        patient_id=patient_id,
        vault_id=uuid4(),
        kind=HealthItemKind.ALLERGY,
        stated_by=uuid4(),
    )


def draft(organisation_id: UUID, case_id: UUID) -> AnswerDraft:
    made = {"organisation_id": organisation_id, "case_id": case_id, "recorded_at": now()}
    return AnswerDraft(**made, patient_id=uuid4(), vault_id=uuid4(), author_id=uuid4(), **_rest(AnswerDraft))

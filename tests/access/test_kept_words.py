"""A refused form on a patient's record comes back as it was typed."""

from uuid import uuid4

from tests.access.asking import Asker
from tests.access.world import World


async def test_a_contact_form_that_is_refused_keeps_what_was_typed(asker: Asker, world: World) -> None:
    typed = {"phone": "+23276000123", "quiet_from_hour": "25", "_key": str(uuid4())}
    answer = await asker.ask("worker", "POST", f"/patients/{world.named['patient_id']}/contact", {"data": typed})
    assert answer.status_code == 422
    assert "+23276000123" in answer.text
    assert 'value="25"' in answer.text

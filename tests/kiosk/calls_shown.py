"""How a call may stand, as the call's process tells the screen: with little and with too much in it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from kiosk.call.desk import CallShown, OtherShown, ReadingShown, StillShown
from server.contract.call import RingingCall
from server.contract.call_talk import Measured
from server.contract.wire import Moment

LONG_NAME = "Dr. Chukwuemeka Oluwaseun Okafor-Adebayo"
LONG_DEVICE = "Digital Automatic Upper Arm Blood Pressure Monitor BP-7000X"
AT = Moment(at=datetime(2026, 11, 27, 21, 4, tzinfo=UTC), zone="Africa/Freetown")


def other(**changed: object) -> OtherShown:
    told: dict[str, object] = {
        "seat_id": uuid4(),
        "name": "Dr. Okafor",
        "role": "specialist",
        "state": "live",
        "reason": None,
        "language": "en",
        "words": ("blanket", "yard", "mango", "keen"),
        "digits": "01 60 62 78 04 05 25",
        "has_changed": False,
        "is_matched": False,
        "rung": "standard",
        "is_muted": False,
        "is_without_picture": False,
        "has_picture": True,
    }
    return OtherShown(**(told | changed))  # pyright: ignore[reportArgumentType]  (a test's own fields)


def talk(**changed: object) -> CallShown:
    told: dict[str, object] = {"state": "live", "case_id": uuid4(), "others": (other(),), "has_own_picture": True}
    return CallShown(**(told | changed))  # pyright: ignore[reportArgumentType]  (a test's own fields)


def overfull_talk() -> CallShown:
    """Three others of long names in every trouble, a still that is asked for, and two devices that measure."""
    others = (
        other(name=LONG_NAME, has_changed=True, rung="voice", is_muted=True, has_picture=False),
        other(name=LONG_NAME, is_matched=True, is_without_picture=True),
        other(name=LONG_NAME, state="stopped", reason="told-differs", has_picture=False),
    )
    return talk(
        state="interrupted",
        others=others,
        is_recording=True,
        is_linked=False,
        has_microphone=False,
        has_speaker=False,
        own_rung="stills",
        said=(("", "Can you hear me?"), (LONG_NAME, "Please hold the arm closer to the camera, and into the light.")),
        still=still(),
        stills_kept=2,
        readings=(reading(), reading(is_final=False)),
    )


def still(**changed: object) -> StillShown:
    told: dict[str, object] = {"still_id": uuid4(), "asked_by": LONG_NAME}
    return StillShown(**(told | changed))  # pyright: ignore[reportArgumentType]  (a test's own fields)


def reading(*, is_final: bool = True) -> ReadingShown:
    values = (
        Measured(code="59408-5", device=LONG_DEVICE, text="97", unit="%", flags=("poor-signal",), measured_at=AT),
        Measured(code="8867-4", device=LONG_DEVICE, text="71", unit="/min", measured_at=AT),
    )
    return ReadingShown(
        reading_id=uuid4(), device=LONG_DEVICE, measured=values, is_final=is_final, is_kept=False, is_failed=False
    )


def ring(case_id: UUID, name: str = "Dr. Okafor") -> RingingCall:
    return RingingCall(call_id=uuid4(), case_id=case_id, specialist=name, rings_for_s=90)

"""What is sealed in a patient's rows."""

from datetime import date

import msgspec


class PlaceOfCare(msgspec.Struct, frozen=True, kw_only=True):
    """Where the patient is: `region` is ISO 3166-2 and decides which licence is needed."""

    region: str
    locality: str = ""


class ContactPreference(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the patient and when not to: quiet hours are local wall-clock hours, `22` to `7` spans midnight."""

    phone: str = ""
    email: str = ""
    channel: str = "sms"
    quiet_from_hour: int = 21
    quiet_until_hour: int = 8


class Demographics(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `Patient.sealed`."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: str = "unknown"
    """HL7 administrative gender: male, female, other, unknown."""
    contact: ContactPreference = ContactPreference()
    locality: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class HealthItemText(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `HealthItem.sealed`: what was told, with a code where one is known."""

    text: str
    code: str = ""
    system: str = ""
    reaction: str = ""

"""E-mail addresses and phone numbers: one written form each."""

import re
import unicodedata
from enum import StrEnum

import msgspec

from server.web.catalogue import N_

NOT_A_CONTACT = N_("Write an e-mail address, or a phone number that begins with + and the country's code.")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,255}\.[^@\s,;<>\".]{2,63}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")  # ITU-T E.164
_PHONE_PUNCTUATION = str.maketrans("", "", " -.()/\u00a0\u2011")


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class SignInContact(msgspec.Struct, frozen=True):
    """Where a person can be reached, in the one form that is indexed."""

    channel: Channel
    address: str


def read_contact(typed: str) -> SignInContact:
    """The contact as typed by a person; ValueError with words for them if it is neither."""
    text = unicodedata.normalize("NFKC", typed).strip()
    return read_email(text) if "@" in text else read_phone(text)


def read_email(typed: str) -> SignInContact:
    text = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not _EMAIL.fullmatch(text):
        raise ValueError(NOT_A_CONTACT)
    return SignInContact(Channel.EMAIL, text)


def read_phone(typed: str) -> SignInContact:
    digits = unicodedata.normalize("NFKC", typed).translate(_PHONE_PUNCTUATION).strip()
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not _PHONE.fullmatch(digits):
        raise ValueError(NOT_A_CONTACT)
    return SignInContact(Channel.SMS, digits)

"""Contacts as people type them."""

import pytest

from server.identity.contacts import Channel, SignInContact, read_contact


@pytest.mark.parametrize(
    "typed,channel,address",
    [
        (" Ana.Ruiz@Example.ORG ", Channel.EMAIL, "ana.ruiz@example.org"),
        ("+34 600 000-000", Channel.SMS, "+34600000000"),
        ("0034 600.000.000", Channel.SMS, "+34600000000"),
        ("+1 (415) 555-0100", Channel.SMS, "+14155550100"),
        ("\uff0b34 600 000 000", Channel.SMS, "+34600000000"),
    ],
)
def test_contacts_have_one_form(typed: str, channel: Channel, address: str) -> None:
    assert read_contact(typed) == SignInContact(channel, address)


@pytest.mark.parametrize(
    "typed",
    ["", "600000000", "ana", "ana@", "@example.org", "ana@example", "a@b@c.org", "+0 600 000 000", "+34", "a b@c.org"],
)
def test_what_is_no_contact_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        read_contact(typed)

"""`careferry organisation`: sets up an organisation and invites its first administrator, who does the rest in pages."""

import argparse
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec

from server.cli.connected import run_connected
from server.core.db import transaction
from server.core.faults import BadInput
from server.identity import service as identity
from server.identity.contacts import read_email
from server.identity.regions import Region

Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class NewOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say; everything is checked before anything is written."""

    name: Name
    kind: identity.OrganisationKind
    zone: str
    region: Region
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1)]
    administrator: Name
    email: str

    def __post_init__(self) -> None:
        if self.zone not in available_timezones():
            raise ValueError(f"{self.zone} is no IANA time zone, such as Africa/Freetown")
        read_email(self.email)


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("organisation", help="set up organisations")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    new: argparse.ArgumentParser = verbs.add_parser("new", help="make one and invite its first administrator")
    new.add_argument("--name", required=True)
    new.add_argument("--kind", required=True, choices=[kind.value for kind in identity.OrganisationKind])
    new.add_argument("--zone", required=True, help="its IANA time zone, such as Africa/Freetown")
    new.add_argument("--region", required=True, help="where it is (ISO 3166), such as SL-W or ES")
    new.add_argument("--language", dest="languages", action="append", required=True, help="preferred first; repeat it")
    new.add_argument("--administrator", required=True, metavar="NAME")
    new.add_argument("--email", required=True, help="the administrator's")
    new.set_defaults(handler=make)
    verbs.add_parser("list", help="every organisation with its id").set_defaults(handler=show)


def make(options: argparse.Namespace) -> int:
    """Prints the organisation's id and the link by which its administrator signs in for the first time."""
    try:
        wanted = msgspec.convert(vars(options), NewOrganisation, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput("The organisation was not made: {problem}", problem=str(error)) from error
    print("{}\n{}".format(*run_connected(lambda: _make(wanted))))  # noqa: T201
    return 0


async def _make(wanted: NewOrganisation) -> tuple[str, str]:
    async with transaction():
        made = await identity.bootstrap_organisation(
            name=wanted.name,
            kind=wanted.kind,
            zone=wanted.zone,
            region=wanted.region,
            languages=wanted.languages,
        )
        token = await identity.invite_first_administrator(
            made.organisation_id, name=wanted.administrator, email=wanted.email, language=wanted.languages[0]
        )
    return str(made.organisation_id), identity.invitation_link(token)


def show(_: argparse.Namespace) -> int:
    for each in run_connected(identity.organisations):
        print(each.organisation_id, each.kind, each.region, each.name)  # noqa: T201
    return 0

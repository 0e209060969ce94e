"""The fleet's verbs, by theme; other slices call them through here."""

from server.fleet.service.alerts import acknowledge_alert, find_silent
from server.fleet.service.claims import (
    approve_claim,
    claim,
    list_claims,
    make_claim,
    refuse_claim,
    show_claim,
    withdraw_claim,
)
from server.fleet.service.commands import ask_for_logs, change_kiosk, revoke_kiosk, wipe_kiosk
from server.fleet.service.groups import change_group, list_groups, make_group, show_group
from server.fleet.service.heartbeats import take_heartbeat
from server.fleet.service.logs import keep_logs, read_logs
from server.fleet.service.places import (
    ask_place,
    end_own_place,
    end_place,
    find_worker,
    look_at_code,
    look_at_place,
    own_places,
    places_at,
    take_place,
)
from server.fleet.service.reading import FleetPage, KioskView, Shown, count_fleet, list_kiosks, show_kiosk
from server.fleet.service.releases import resume_release
from server.fleet.service.tidying import tidy_fleet
from server.fleet.service.tokens import find_device, give_token, is_in_service

__all__ = [
    "FleetPage",
    "KioskView",
    "Shown",
    "acknowledge_alert",
    "approve_claim",
    "ask_for_logs",
    "ask_place",
    "change_group",
    "change_kiosk",
    "claim",
    "count_fleet",
    "end_own_place",
    "end_place",
    "find_device",
    "find_silent",
    "find_worker",
    "give_token",
    "is_in_service",
    "keep_logs",
    "list_claims",
    "list_groups",
    "list_kiosks",
    "look_at_code",
    "look_at_place",
    "make_claim",
    "make_group",
    "own_places",
    "places_at",
    "read_logs",
    "refuse_claim",
    "resume_release",
    "revoke_kiosk",
    "show_claim",
    "show_group",
    "show_kiosk",
    "take_heartbeat",
    "take_place",
    "tidy_fleet",
    "wipe_kiosk",
    "withdraw_claim",
]

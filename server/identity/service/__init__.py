"""Identity's verbs, by theme; other slices call them through here."""

from server.identity.faults import ContactInUse
from server.identity.limits import Limit, spend
from server.identity.once import once, request_hash
from server.identity.service.accepting import accept_invitation, look_at_invitation
from server.identity.service.account import act_for, own_details, own_organisations, set_preferences
from server.identity.service.accounts import (
    account_to_act,
    create_patient_account,
    find_patient_account,
    make_person,
)
from server.identity.service.demo import demo_people, demo_sign_in, demo_step_up
from server.identity.service.directory import person_name, person_names
from server.identity.service.enrolment import (
    enrol_with_passkey,
    enrol_with_password,
    enrolling,
    enrolling_details,
    enrolment_passkey_options,
    enrolment_secret,
)
from server.identity.service.erasing import forget_person, keep_apart
from server.identity.service.invitations import (
    invite,
    invite_first_administrator,
    open_invitations,
    reset_sign_in,
    withdraw_invitation,
)
from server.identity.service.letters import invitation_link, tell_person
from server.identity.service.licences import (
    add_licence,
    end_licence,
    licence_days,
    licences,
    licences_of,
    licensed_for,
    licensed_on,
    record_licence,
)
from server.identity.service.memberships import set_roles
from server.identity.service.on_behalf import worker_named
from server.identity.service.organisations import bootstrap_organisation, organisation, organisations
from server.identity.service.own_factors import (
    add_own_passkey,
    own_passkey_options,
    own_pending_secret,
    own_ways_in,
    remove_own_passkey,
    set_own_password,
)
from server.identity.service.own_sessions import end_other_sessions, end_own_session, own_sessions
from server.identity.service.passkey_sign_in import (
    prove_with_passkey,
    sign_in_options,
    sign_in_with_passkey,
    step_up_options,
)
from server.identity.service.people import (
    disable_person,
    enable_person,
    is_active_as,
    may_manage_people,
    people_in_role,
    require_taker,
    staff,
    staff_member,
)
from server.identity.service.recovery import make_recovery_codes
from server.identity.service.redeeming import look_at_link, redeem_code, redeem_link, redeem_recovery_link
from server.identity.service.relying_party import has_passkeys
from server.identity.service.sessions import end_session, find_session, is_session_live, keep_session
from server.identity.service.sign_in import give_app_code, give_password, give_recovery_code
from server.identity.service.step_up import prove_with_app_code, require_fresh_proof, require_recent_second_factor
from server.identity.service.tickets import ask_for_code, ask_for_recovery, send_ticket
from server.identity.service.tidying import tidy
from server.identity.tables import OrganisationKind, PersonState

__all__ = [
    "ContactInUse",
    "Limit",
    "OrganisationKind",
    "PersonState",
    "accept_invitation",
    "account_to_act",
    "act_for",
    "add_licence",
    "add_own_passkey",
    "ask_for_code",
    "ask_for_recovery",
    "bootstrap_organisation",
    "create_patient_account",
    "demo_people",
    "demo_sign_in",
    "demo_step_up",
    "disable_person",
    "enable_person",
    "end_licence",
    "end_other_sessions",
    "end_own_session",
    "end_session",
    "enrol_with_passkey",
    "enrol_with_password",
    "enrolling",
    "enrolling_details",
    "enrolment_passkey_options",
    "enrolment_secret",
    "find_patient_account",
    "find_session",
    "forget_person",
    "give_app_code",
    "give_password",
    "give_recovery_code",
    "has_passkeys",
    "invitation_link",
    "invite",
    "invite_first_administrator",
    "is_active_as",
    "is_session_live",
    "keep_apart",
    "keep_session",
    "licence_days",
    "licences",
    "licences_of",
    "licensed_for",
    "licensed_on",
    "look_at_invitation",
    "look_at_link",
    "make_person",
    "make_recovery_codes",
    "may_manage_people",
    "once",
    "open_invitations",
    "organisation",
    "organisations",
    "own_details",
    "own_organisations",
    "own_passkey_options",
    "own_pending_secret",
    "own_sessions",
    "own_ways_in",
    "people_in_role",
    "person_name",
    "person_names",
    "prove_with_app_code",
    "prove_with_passkey",
    "record_licence",
    "redeem_code",
    "redeem_link",
    "redeem_recovery_link",
    "remove_own_passkey",
    "request_hash",
    "require_fresh_proof",
    "require_recent_second_factor",
    "require_taker",
    "reset_sign_in",
    "send_ticket",
    "set_own_password",
    "set_preferences",
    "set_roles",
    "sign_in_options",
    "sign_in_with_passkey",
    "spend",
    "staff",
    "staff_member",
    "step_up_options",
    "tell_person",
    "tidy",
    "withdraw_invitation",
    "worker_named",
]

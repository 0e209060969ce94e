"""Every action a route can declare; a route without one fails start-up."""

from enum import StrEnum


class Action(StrEnum):
    # Open to everyone, signed in or not
    PUBLIC = "public"
    # Anyone who is signed in, about themselves
    SELF = "self"

    # People and organisation
    PEOPLE_READ = "people:read"
    PEOPLE_MANAGE = "people:manage"
    POOLS_READ = "pools:read"
    POOLS_MANAGE = "pools:manage"
    JOBS_MANAGE = "jobs:manage"
    AUDIT_READ = "audit:read"

    # Kiosks
    FLEET_READ = "fleet:read"
    FLEET_MANAGE = "fleet:manage"
    KIOSK_REPORT = "kiosk:report"
    KIOSK_PLACE_ASK = "kiosk-place:ask"
    KIOSK_PLACE_TAKE = "kiosk-place:take"

    # Patients
    PATIENT_READ = "patient:read"
    PATIENT_FIND = "patient:find"
    PATIENT_REGISTER = "patient:register"
    PATIENT_UPDATE = "patient:update"
    PATIENT_LINK = "patient:link"
    CONSENT_MANAGE = "consent:manage"
    ACCESS_LIST_READ = "access-list:read"
    ACTING_MANAGE = "acting:manage"
    ERASURE_ASK = "erasure:ask"
    ERASURE_DECIDE = "erasure:decide"
    HOLD_MANAGE = "hold:manage"

    # Intake and cases
    UPLOAD = "upload:write"
    CASE_SUBMIT = "case:submit"
    CASE_READ = "case:read"
    CASE_WITHDRAW = "case:withdraw"
    CASE_MESSAGE = "case:message"
    CASE_REOPEN = "case:reopen"
    QUEUE_READ = "queue:read"
    CASE_CLAIM = "case:claim"
    CASE_RELEASE = "case:release"
    CASE_REASSIGN = "case:reassign"
    CASE_ESCALATE = "case:escalate"
    CASE_ASK = "case:ask"
    OUTLINE_DRAW = "outline:draw"
    CASE_CLOSE = "case:close"
    PHOTO_ANNOTATE = "photo:annotate"
    DEADLINES_READ = "deadlines:read"
    PATIENT_TELL = "patient:tell"

    # Emergencies
    EMERGENCY_OPEN = "emergency:open"
    EMERGENCY_REVIEW = "emergency:review"

    # Reports
    ANSWER_DRAFT = "answer:draft"
    ANSWER_SIGN = "answer:sign"
    ANSWER_READ = "answer:read"
    TEMPLATES_MANAGE = "answer-templates:manage"

    # Scheduling
    AVAILABILITY_MANAGE = "availability:manage"
    APPOINTMENT_BOOK = "appointment:book"
    APPOINTMENT_READ = "appointment:read"
    APPOINTMENT_ATTEND = "appointment:attend"
    APPOINTMENTS_OVERSEE = "appointments:oversee"
    APPOINTMENTS_OWN = "appointments:own"
    CALENDAR_FEED = "calendar-feed"

    # Calls
    CALL_ASK = "call:ask"
    CALL_JOIN = "call:join"
    CALL_HOST = "call:host"
    WALK_INS_READ = "walk-ins:read"
    ON_CALL_MANAGE = "on-call:manage"

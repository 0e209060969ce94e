"""What each route is for and whom it is for, written by hand from the issue's words; never derived from the policy.

A line says: the route, the roles that may use it at all, and how far it reaches. The roles are P(atient), W(orker of
the clinic), S(pecialist), C(oordinator), M (administrator), U (auditor), K (a kiosk, which has no role), and N (the
clinic's worker who has signed in at a kiosk, by PIN). It reaches

  all     everyone, signed in or not
  own     nothing but one's own affairs, or lists of what one may see anyway
  case    a case, or a visit: its clinic, patient, and the organisation that reads it; for all others it does not exist
  given   what the giving side does with a case: its clinic and its patient; not the organisation that reads it
  record  a patient's record: its clinic and the patient; for all others it does not exist
  mine    an upload, a sign-in, a passkey of the patient: whose it is, and nobody else
  member  the clinic as a place to act for: whoever has a role there
  people  a person, an invitation, a job, a kiosk, the review of an emergency: the people of the same organisation
  opening  an emergency access that somebody elsewhere has: theirs to end, and nobody else's
  pool    a pool, or when a reader can be visited: the people of the reading organisation
"""

from typing import Literal, NamedTuple, get_args

from tests.access.table_of_calls import CALLS, NARROWER_IN_CALLS, Outcome

Reach = Literal["all", "own", "case", "given", "record", "mine", "member", "people", "pool", "opening"]


class Line(NamedTuple):
    roles: frozenset[str]
    reach: Reach


TABLE = """
GET    /                                                       *       all
POST   /language                                               *       all
GET    /static/{name}                                          *       all
GET    /.well-known/careferry-receipt-keys.json                *       all
GET    /.well-known/careferry-sealing-keys.json                *       all
GET    /app                                                    *       all
GET    /app/service-worker.js                                  *       all
GET    /app/files/{name}                                       *       all
GET    /demo/sign-in                                           *       all
POST   /demo/sign-in                                           *       all
GET    /demo/messages                                          *       all
POST   /demo/messages/replies                                  *       all
POST   /demo/step-up                                           PWSCMU  own

GET    /sign-in                                                *       all
POST   /sign-in                                                *       all
GET    /sign-in/app-code                                       *       all
POST   /sign-in/app-code                                       *       all
GET    /sign-in/recovery-code                                  *       all
POST   /sign-in/recovery-code                                  *       all
GET    /sign-in/code                                           *       all
POST   /sign-in/code                                           *       all
GET    /sign-in/code/enter                                     *       all
POST   /sign-in/code/enter                                     *       all
GET    /sign-in/link/{token}                                   *       all
POST   /sign-in/link/{token}                                   *       all
POST   /sign-out                                               *       all
GET    /recover                                                *       all
POST   /recover                                                *       all
GET    /recover/sent                                           *       all
GET    /recover/{token}                                        *       all
POST   /recover/{token}                                        *       all
GET    /invitation/{token}                                     *       all
POST   /invitation/{token}                                     *       all
GET    /enrol                                                  *       all
GET    /enrol/password                                         *       all
POST   /enrol/password                                         *       all
POST   /api/sign-in/code                                       *       all
POST   /api/sign-in/redeem                                     *       all
POST   /api/sign-out                                           *       all
POST   /api/passkeys/sign-in/options                           *       all
POST   /api/passkeys/sign-in                                   *       all
POST   /api/passkeys/enrol/options                             *       all
POST   /api/passkeys/enrol                                     *       all

GET    /api/me                                                 PWSCMU  own
GET    /account                                                PWSCMU  own
POST   /account/preferences                                    PWSCMU  own
GET    /account/sessions                                       PWSCMU  own
POST   /account/sessions/{session_id}/end                      PWSCMU  mine
POST   /account/act-for/{organisation_id}                      PWSCMU  member
POST   /account/passkeys/{passkey_id}/remove                   PWSCMU  mine
POST   /account/sessions/end-others                            PWSCMU  own
GET    /account/password                                       PWSCMU  own
POST   /account/password                                       PWSCMU  own
GET    /account/passkey                                        PWSCMU  own
GET    /account/recovery-codes                                 PWSCMU  own
POST   /account/recovery-codes                                 PWSCMU  own
GET    /step-up                                                PWSCMU  own
POST   /step-up                                                PWSCMU  own
POST   /api/passkeys/options                                   PWSCMU  own
POST   /api/passkeys                                           PWSCMU  own
POST   /api/passkeys/step-up/options                           PWSCMU  own
POST   /api/passkeys/step-up                                   PWSCMU  own

GET    /people                                                 CM      own
GET    /people/invite                                          M       own
POST   /people/invite                                          M       own
GET    /people/{person_id}                                     CM      people
POST   /people/{person_id}/roles                               M       people
POST   /people/{person_id}/licences                            M       people
POST   /people/{person_id}/licences/{licence_id}/end           M       people
POST   /people/{person_id}/reset                               M       people
POST   /people/{person_id}/disable                             M       people
POST   /people/{person_id}/enable                              M       people
POST   /people/invitations/{invitation_id}/withdraw            M       people

GET    /patients                                               WC      own
GET    /patients/new                                           WC      own
POST   /patients/new                                           WC      own
GET    /patients/{patient_id}                                  PWC     record
POST   /patients/{patient_id}/items                            PWC     record
POST   /patients/{patient_id}/items/{item_id}/end              PWC     record
POST   /patients/{patient_id}/contact                          PWC     record
POST   /patients/{patient_id}/consents/{consent}/withdraw      PW      record
POST   /patients/{patient_id}/flags                            WC      record
GET    /patients/{patient_id}/acting                           PWC     record
POST   /patients/{patient_id}/acting                           PWC     record
POST   /patients/{patient_id}/acting/{grant_id}/end            PWC     record
GET    /patients/{patient_id}/alike                            C       record
POST   /patients/{patient_id}/alike/{other_id}                 C       record
GET    /patients/{patient_id}/erasure                          PWC     record
POST   /patients/{patient_id}/erasure                          PWC     record
POST   /patients/{patient_id}/erasure/confirm                  C       record
POST   /patients/{patient_id}/erasure/refuse                   C       record
POST   /patients/{patient_id}/hold                             C       record
POST   /patients/{patient_id}/hold/release                     C       record
GET    /links                                                  C       own
GET    /erasures                                               C       own
GET    /acting-for                                             P       own
POST   /acting-for/{patient_id}                                P       record
GET    /record                                                 P       own
GET    /record/access                                          P       own

GET    /api/patients/known                                     WCN     own
POST   /api/patients/registered                                WCK     own
POST   /api/uploads                                            PWK     record
OPTIONS /api/uploads                                           *       all
OPTIONS /api/uploads/{token}                                   *       all
HEAD   /api/uploads/{token}                                    PWK     mine
PATCH  /api/uploads/{token}                                    PWK     mine
POST   /api/uploads/{token}                                    PWK     mine
DELETE /api/uploads/{token}                                    PWK     mine
GET    /api/app/home                                           PW      own
GET    /api/app/cases/{case_id}/asked                          PW      case
GET    /new-case                                               PW      own
GET    /new-case/form                                          PW      record
POST   /new-case/form                                          PW      record
GET    /cases/{case_id}/receipt                                PW      given

POST   /api/cases                                              PWK     record
POST   /api/cases/parts                                        PWK     given
GET    /api/cases/{case_id}/receipt                            PWK     given
GET    /api/patients/{patient_id}/cases                        PWSC    case
POST   /api/cases/{case_id}/claim                              S       case
POST   /api/cases/{case_id}/release                            SC      case
POST   /api/cases/{case_id}/escalate                           SC      case
POST   /api/cases/{case_id}/photo-requests                     S       case
GET    /api/cases/{case_id}/annotations                        SC      case
PUT    /api/cases/{case_id}/photos/{part_id}/annotations/{annotation_id}  S       case
POST   /api/cases/{case_id}/messages                           PWSC    case
POST   /api/cases/{case_id}/withdraw                           PW      given
POST   /api/cases/{case_id}/reopen                             PWSC    case
POST   /api/cases/{case_id}/close                              SC      case
GET    /cases                                                  PWSC    own
GET    /cases/{case_id}                                        PWSC    case
POST   /cases/{case_id}/messages                               PWSC    case
POST   /cases/{case_id}/withdraw                               PW      given
POST   /cases/{case_id}/photos/{part_id}/faces                 PW      given
POST   /cases/{case_id}/reopen                                 PWSC    case
GET    /cases/{case_id}/photos/{part_id}/{name}                PWSC    case
GET    /cases/{case_id}/documents/{document_id}                PWSC    case
GET    /cases/{case_id}/answer.pdf                             PWSC    case
GET    /events/cases/{case_id}                                 PWSC    case

GET    /queue                                                  SC      own
GET    /queue/rows                                             SC      own
GET    /events/queue                                           SC      own
GET    /queue/cases/{case_id}/annotations                      SC      case
GET    /queue/cases/{case_id}                                  SC      case
GET    /queue/cases/{case_id}/site/{part_id}                   SC      case
POST   /queue/cases/{case_id}/site/{part_id}/outline           S       case
POST   /queue/cases/{case_id}/claim                            S       case
POST   /queue/cases/{case_id}/release                          SC      case
POST   /queue/cases/{case_id}/ask                              S       case
POST   /queue/cases/{case_id}/escalate                         SC      case
POST   /queue/cases/{case_id}/messages                         PWSC    case
POST   /queue/cases/{case_id}/draft                            S       case
POST   /queue/cases/{case_id}/sign                             S       case
POST   /queue/cases/{case_id}/amend                            S       case
POST   /queue/answers/{answer_id}/void                         S       case
POST   /queue/cases/{case_id}/begin                            S       case
GET    /answer-templates                                       S       own
POST   /answer-templates                                       S       own
POST   /answer-templates/{template_id}                         S       pool
POST   /answer-templates/{template_id}/delete                  S       pool
GET    /api/cases/{case_id}/draft                              S       case
PUT    /api/cases/{case_id}/draft                              S       case
GET    /api/cases/{case_id}/answers                            PWSC    case
POST   /api/cases/{case_id}/answers                            S       case
POST   /api/cases/{case_id}/amendments                         S       case
POST   /api/answers/{answer_id}/void                           S       case
GET    /api/icd-10-cm                                          S       own
GET    /icd                                                    S       own

GET    /appointments                                           P       own
GET    /appointments/book                                      PWC     own
POST   /appointments/hold                                      PWC     record
GET    /appointments/{appointment_id}                          PWSC    case
GET    /appointments/{appointment_id}/visit.ics                PWSC    case
POST   /appointments/{appointment_id}/confirm                  PWC     given
GET    /appointments/{appointment_id}/move                     PWC     given
POST   /appointments/{appointment_id}/move                     PWC     given
POST   /appointments/{appointment_id}/cancel                   PWSC    case
POST   /appointments/{appointment_id}/restore                  PWC     given
POST   /appointments/{appointment_id}/cancel-following         PWSC    case
GET    /appointments/series/{series_id}                        PWC     given
POST   /appointments/series/{series_id}/confirm                PWC     given
POST   /appointments/series/{series_id}/leave                  PWC     given
POST   /appointments/waiting                                   P       record
POST   /appointments/waiting/{entry_id}/end                    P       mine
GET    /visit/{token}                                          *       all
POST   /visit/{token}/confirm                                  *       all
POST   /visit/{token}/cancel                                   *       all
POST   /api/sms/replies                                        *       all
GET    /calendar/{token}                                       *       all
POST   /calendar-feed                                          PS      own
POST   /calendar-feed/end                                      PS      own
GET    /day-sheet                                              S       own
POST   /day-sheet/{appointment_id}/arrive                      S       case
POST   /day-sheet/{appointment_id}/undo                        S       case
POST   /day-sheet/{appointment_id}/miss                        S       case
POST   /day-sheet/{appointment_id}/finish                      S       case
GET    /schedule                                               C       own
GET    /availability                                           S       own
POST   /availability/practice                                  S       own
POST   /availability/kinds                                     S       own
POST   /availability/kinds/{kind_id}/end                       S       pool
POST   /availability/places                                    S       own
POST   /availability/places/{place_id}/end                     S       pool
POST   /availability/hours                                     S       own
POST   /availability/hours/{hours_id}/end                      S       pool
POST   /availability/days                                      S       own
POST   /availability/time-off                                  S       own
POST   /availability/time-off/{blackout_id}/end                S       pool

GET    /deadlines                                              C       own
POST   /deadlines/cases/{case_id}/reassign                     C       case
POST   /deadlines/cases/{case_id}/tell-again                   C       given
POST   /deadlines/cases/{case_id}/told                         C       given
POST   /deadlines/cases/{case_id}/escalate                     SC      case

GET    /emergency                                              SC      own
POST   /emergency                                              SC      own
POST   /emergency/{opening_id}/end                             SC      opening
GET    /emergency/reviews                                      CU      own
POST   /emergency/reviews/{opening_id}                         CU      people

GET    /admin                                                  M       own
POST   /admin/pools                                            M       own
POST   /admin/pools/{pool_id}/open                             M       pool
POST   /admin/pools/{pool_id}/close                            M       pool
POST   /admin/pools/{pool_id}/join                             M       pool
POST   /admin/pools/{pool_id}/leave                            M       pool
POST   /admin/pools/{pool_id}/deadline                         M       pool
POST   /admin/jobs/{job_id}/retry                              M       people
POST   /admin/jobs/{job_id}/discard                            M       people
POST   /admin/sendings/{sending_id}/retry                      M       people
GET    /audit                                                  U       own

POST   /api/kiosks/claims                                      *       all
POST   /api/kiosks/token                                       *       all
GET    /updates/{path}                                         *       all
POST   /api/kiosks/heartbeat                                   K       own
POST   /api/kiosks/logs                                        K       own
POST   /api/kiosks/places                                      K       own
GET    /api/kiosks/places/{worker_place_id}                    K       people
GET    /kiosk-worker                                           W       own
POST   /kiosk-worker                                           W       own
POST   /kiosk-worker/{worker_place_id}/end                     W       people
GET    /fleet                                                  M       own
GET    /fleet/groups                                           M       own
POST   /fleet/groups                                           M       own
GET    /fleet/groups/{group_id}                                M       people
POST   /fleet/groups/{group_id}                                M       people
POST   /fleet/groups/{group_id}/resume                         M       people
GET    /fleet/claims                                           M       own
POST   /fleet/claims                                           M       people
GET    /fleet/claims/{claim_id}                                M       people
POST   /fleet/claims/{claim_id}/approve                        M       people
POST   /fleet/claims/{claim_id}/refuse                         M       people
POST   /fleet/claims/{claim_id}/withdraw                       M       people
GET    /fleet/kiosks/{kiosk_id}                                M       people
POST   /fleet/kiosks/{kiosk_id}/change                         M       people
POST   /fleet/kiosks/{kiosk_id}/alerts/{alert_id}/acknowledge  M       people
POST   /fleet/kiosks/{kiosk_id}/logs                           M       people
GET    /fleet/kiosks/{kiosk_id}/logs/{log_id}                  M       people
POST   /fleet/kiosks/{kiosk_id}/wipe                           M       people
POST   /fleet/kiosks/{kiosk_id}/places/{worker_place_id}/end   M       people
POST   /fleet/kiosks/{kiosk_id}/revoke                         M       people
"""


def read_table() -> dict[tuple[str, str], Line]:
    """The lines by method and path."""
    found: dict[tuple[str, str], Line] = {}
    for text in filter(None, (TABLE + CALLS).splitlines()):
        method, path, roles, reach = text.split()
        assert (method, path) not in found, f"{method} {path} is there twice"
        (kind,) = (each for each in get_args(Reach) if each == reach)
        found[method, path] = Line(frozenset(roles), kind)
    return found


LINES = read_table()

WHOSE: dict[Reach, frozenset[str]] = {
    "case": frozenset({"clinic", "reading", "patient"}),
    "given": frozenset({"clinic", "patient"}),
    "record": frozenset({"clinic", "patient"}),
    "mine": frozenset({"patient"}),
    "member": frozenset({"clinic", "patient", "another patient"}),
    "people": frozenset({"clinic"}),
    "pool": frozenset({"reading"}),
    "opening": frozenset({"elsewhere"}),
}
"""Which sides can see an object of each reach; of the patients only the one it is about."""

SIDES_OF_ROLES = {
    "anonymous": ("", ""),
    "patient": ("P", "patient"),
    "another patient": ("P", "another patient"),
    "worker": ("W", "clinic"),
    "coordinator": ("C", "clinic"),
    "administrator": ("M", "clinic"),
    "auditor": ("U", "clinic"),
    "specialist of the clinic": ("S", "clinic"),
    "reader": ("S", "reading"),
    "worker of the readers": ("W", "reading"),
    "coordinator of the readers": ("C", "reading"),
    "administrator of the readers": ("M", "reading"),
    "auditor of the readers": ("U", "reading"),
    "kiosk": ("K", "clinic"),
    "worker at a kiosk": ("N", "clinic"),
    "foreign kiosk": ("K", "elsewhere"),
    "foreign patient": ("P", "elsewhere"),
    "foreign worker": ("W", "elsewhere"),
    "foreign specialist": ("S", "elsewhere"),
    "foreign coordinator": ("C", "elsewhere"),
    "foreign administrator": ("M", "elsewhere"),
    "foreign auditor": ("U", "elsewhere"),
}
"""Everyone who asks: role and side."""

NOT_THE_READER: dict[str, Outcome] = {"specialist of the clinic": "forbidden"}
NOT_THE_AUTHOR: dict[str, Outcome] = {"specialist of the clinic": "not found"}
NARROWER: dict[tuple[str, str], dict[str, Outcome]] = {
    **NARROWER_IN_CALLS,
    ("POST", "/emergency/{opening_id}/end"): {"foreign coordinator": "not found"},
    ("POST", "/queue/cases/{case_id}/release"): NOT_THE_READER,
    ("POST", "/api/cases/{case_id}/release"): NOT_THE_READER,
    ("POST", "/queue/cases/{case_id}/ask"): NOT_THE_READER,
    ("POST", "/api/cases/{case_id}/photo-requests"): NOT_THE_READER,
    ("POST", "/queue/cases/{case_id}/draft"): NOT_THE_READER,
    ("PUT", "/api/cases/{case_id}/draft"): NOT_THE_READER,
    ("POST", "/queue/cases/{case_id}/begin"): NOT_THE_READER,
    ("POST", "/answer-templates/{template_id}"): NOT_THE_AUTHOR,
    ("POST", "/queue/cases/{case_id}/sign"): NOT_THE_READER,
    ("POST", "/api/cases/{case_id}/answers"): NOT_THE_READER,
    ("POST", "/queue/cases/{case_id}/amend"): NOT_THE_READER,
    ("POST", "/api/cases/{case_id}/amendments"): NOT_THE_READER,
    ("POST", "/queue/answers/{answer_id}/void"): NOT_THE_AUTHOR,
    ("POST", "/api/answers/{answer_id}/void"): NOT_THE_AUTHOR,
    **{
        ("POST", f"/day-sheet/{{appointment_id}}/{verb}"): NOT_THE_AUTHOR
        for verb in ("arrive", "undo", "miss", "finish")
    },
}
"""A case in review is its reader's: nobody else writes, signs, asks or gives it back.

And before its release an answer exists for its author only, as on the day sheet a visit for who gives it. In a call are
its patient, their clinic and the one specialist who has answered; a kiosk only where it brought the case in.
"""


def expected(method: str, path: str, who: str) -> Outcome:
    """What must happen when `who` asks for a route that is not open to all, and names the clinic's objects."""
    roles, reach = LINES[method, path]
    role, side = SIDES_OF_ROLES[who]
    if not role:
        return "sign in first"
    if role not in roles:
        return "forbidden"
    if reach != "own" and side not in WHOSE[reach]:
        return "not found"
    return NARROWER.get((method, path), {}).get(who, "let in")

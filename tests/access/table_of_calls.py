"""The lines of calls in the table of access, in the words of tests/access/table.py, and who of a line is left out."""

from typing import Literal

Outcome = Literal["let in", "sign in first", "forbidden", "not found"]

CALLS = """
GET    /calls                                                  PWS     own
GET    /calls/ringing                                          PWS     own
GET    /events/calls                                           PWS     own
GET    /events/calls/{call_id}                                 PWS     case
GET    /calls/{call_id}                                        PWS     case
POST   /cases/{case_id}/call                                   PWS     case
POST   /appointments/{appointment_id}/call                     PWS     case
POST   /calls/{call_id}/answer                                 PWS     case
POST   /calls/{call_id}/decline                                PWS     case
POST   /calls/{call_id}/cancel                                 PWS     case
POST   /calls/{call_id}/end                                    PWS     case
POST   /calls/{call_id}/again                                  PWS     case
POST   /calls/{call_id}/note                                   WS      case
POST   /calls/{call_id}/links                                  WS      case
POST   /calls/{call_id}/links/{link_id}/revoke                 WS      case
POST   /calls/{call_id}/seats/{seat_id}/admit                  WS      case
POST   /calls/{call_id}/seats/{seat_id}/remove                 WS      case
GET    /call-check                                             PWS     own
GET    /call-link/{token}                                      *       all
POST   /call-link/{token}                                      *       all
GET    /call-guest/{call_id}                                   *       all
POST   /call-guest/{call_id}/leave                             *       all
GET    /walk-ins                                               WSC     own
GET    /events/walk-ins                                        WSC     own
POST   /walk-ins/{call_id}/take                                S       case
POST   /walk-ins/{call_id}/cancel                              WSC     case
GET    /on-call                                                CM      own
GET    /on-call/{pool_id}                                      CM      pool
POST   /on-call/{pool_id}                                      CM      pool
POST   /on-call/{pool_id}/shifts                               CM      pool
POST   /on-call/shifts/{shift_id}/end                          CM      pool
POST   /api/calls                                              PWSK    case
GET    /api/calls/ringing                                      PWSK    own
GET    /api/calls/{call_id}                                    PWSK    case
POST   /api/calls/{call_id}/answer                             PWSK    case
POST   /api/calls/{call_id}/decline                            PWSK    case
POST   /api/calls/{call_id}/again                              PWSK    case
POST   /api/calls/{call_id}/end                                PWSK    case
SOCKET /api/calls/{call_id}/signalling                         *       all
"""

NOT_IN_IT: dict[str, Outcome] = {"specialist of the clinic": "forbidden", "worker of the readers": "forbidden"}
NOT_THAT_KIOSK: dict[str, Outcome] = {"kiosk": "not found"}
NOT_IN_IT_NOR_THAT_KIOSK: dict[str, Outcome] = {**NOT_IN_IT, **NOT_THAT_KIOSK}
NOT_TO_ASK: dict[str, Outcome] = {
    "specialist of the clinic": "forbidden",
    "worker of the readers": "not found",
    "kiosk": "not found",
}
NARROWER_IN_CALLS: dict[tuple[str, str], dict[str, Outcome]] = {
    ("POST", "/cases/{case_id}/call"): NOT_TO_ASK,
    ("POST", "/appointments/{appointment_id}/call"): NOT_TO_ASK,
    ("POST", "/api/calls"): NOT_TO_ASK,
    ("GET", "/api/calls/{call_id}"): NOT_IN_IT_NOR_THAT_KIOSK,
    ("POST", "/api/calls/{call_id}/answer"): NOT_THAT_KIOSK,
    ("POST", "/api/calls/{call_id}/decline"): NOT_THAT_KIOSK,
    ("POST", "/api/calls/{call_id}/again"): NOT_IN_IT_NOR_THAT_KIOSK,
    ("POST", "/api/calls/{call_id}/end"): NOT_IN_IT_NOR_THAT_KIOSK,
    **{
        ("POST", f"/calls/{{call_id}}/{verb}"): NOT_IN_IT
        for verb in ("cancel", "end", "again", "note", "links", "links/{link_id}/revoke")
    },
    **{("POST", f"/calls/{{call_id}}/seats/{{seat_id}}/{verb}"): NOT_IN_IT for verb in ("admit", "remove")},
    ("POST", "/walk-ins/{call_id}/cancel"): NOT_IN_IT,
}

"""Well-formed requests of kiosks: what is asked before one is known, and a log bundle."""

import gzip
from typing import Any

LOG_LINE = b'{"at":"2026-03-02T08:00:00Z","level":"info","event":"started"}'
OF_KIOSKS: dict[str, dict[str, Any]] = {
    "/api/kiosks/claims": {"json": {"code": "AAAA-AAAA", "publicKey": "A" * 43, "signature": "A" * 86}},
    "/api/kiosks/token": {
        "data": {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "e30.e30.e30",
        }
    },
    "/api/kiosks/logs": {"content": gzip.compress(LOG_LINE)},
}

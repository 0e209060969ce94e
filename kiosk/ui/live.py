"""Tells what changes while a page is open, over the answer that is still being sent: the pages have no script."""

import time
from collections.abc import Callable, Iterator

from kiosk.ui.desk import Desk

LOOK_EVERY_S = 0.5
LASTS_S = 120.0
"""Then the page is loaded anew, so that what was told before does not pile up in the browser."""
REFRESH = '<meta http-equiv="refresh" content="0">'
UNTOUCHED = "by-itself"
REFRESH_UNTOUCHED = f'<meta http-equiv="refresh" content="0;url=?{UNTOUCHED}=1">'
"""The page loads itself, and says so: nobody has touched the screen."""
HEARTBEAT = "\n"
"""Only writing shows that the browser has gone to another page."""


def tell(desk: Desk, look: Callable[[], str | None], anew: str = REFRESH) -> Iterator[str]:
    """What `look` shows, whenever it is another than before; None loads the page anew, as does a session's end."""
    session, until, shown = desk.session, time.monotonic() + LASTS_S, ""
    while desk.session is session and time.monotonic() < until:
        now = look()
        if now is None:
            break
        yield HEARTBEAT if now == shown else now
        shown = now
        time.sleep(LOOK_EVERY_S)
    yield anew

"""The verbs on sendings to archives; other slices call these and nothing else of this slice."""

from server.exchange.service.attempts import Attempt, Outcome, begin, settle
from server.exchange.service.intents import intend
from server.exchange.service.reading import Unsent, list_unsent, try_again
from server.exchange.tables import SendingState

__all__ = ["Attempt", "Outcome", "SendingState", "Unsent", "begin", "intend", "list_unsent", "settle", "try_again"]

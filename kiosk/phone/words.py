"""What a phone is told of a photograph that is not taken, and of a hand-off that is over: plain words for a patient."""

from collections.abc import Mapping

from imaging.refusals import Refusal
from kiosk.words import N_

TOO_LARGE = N_("This photograph is too large. Set the camera to smaller photographs, and take it again.")
NO_PHOTOGRAPH = N_("This is not a photograph that can be read here. Take one with the phone’s camera.")
DAMAGED = N_("This photograph is damaged. Take it again.")
TOO_HARD = N_("This photograph could not be read in time. Take it again.")
FULL = N_("The visit has as many photographs as can be sent with it. This one was not added.")
REMOVED = N_("The clinic’s worker took this photograph out again.")
REFUSALS: Mapping[Refusal, str] = {
    Refusal.EMPTY: NO_PHOTOGRAPH,
    Refusal.TRUNCATED: DAMAGED,
    Refusal.NOT_AN_IMAGE: NO_PHOTOGRAPH,
    Refusal.UNSUPPORTED_FORMAT: NO_PHOTOGRAPH,
    Refusal.ANIMATED: NO_PHOTOGRAPH,
    Refusal.TOO_MANY_PIXELS: TOO_LARGE,
    Refusal.TOO_MANY_BYTES: TOO_LARGE,
    Refusal.DAMAGED: DAMAGED,
    Refusal.DECODE_FAILED: DAMAGED,
    Refusal.TIMEOUT: TOO_HARD,
    Refusal.MEMORY: TOO_LARGE,
}

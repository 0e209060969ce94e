"""The four views, as the kiosk's screen and a patient's phone ask for them."""

from kiosk.words import N_
from server.contract.case import View

GUIDES = {
    View.FAR: (N_("From far"), N_("The whole limb or half of the body, so that one sees where it is.")),
    View.MEDIUM: (N_("From the middle"), N_("The place with a landmark beside it: a joint, the navel, an ear.")),
    View.CLOSE_STRAIGHT: (N_("Close, straight on"), N_("Fill the picture with the place. Hold still.")),
    View.CLOSE_OBLIQUE: (
        N_("Close, from the side"),
        N_("The same place at a slant, so that one sees how it stands out."),
    ),
}

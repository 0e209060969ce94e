"""The words of the form without script; those of its questions are in the shared data files."""

from server.contract.case import Topic, View
from server.contract.wire import Laterality
from server.web.catalogue import N_

TOPICS = {
    Topic.RASH: (N_("Rash"), N_("Redness, pimples or blisters, in one place or many")),
    Topic.LESION: (N_("Mole or spot"), N_("A mark, a lump or a mole")),
    Topic.WOUND: (N_("Wound"), N_("A cut, a burn, a bite or a sore")),
    Topic.GENERAL: (N_("Skin problem"), N_("Anything else on skin, hair or nails")),
}
VIEWS = {
    View.FAR: (N_("From afar"), N_("From two big steps away, so that one sees where on the body it is.")),
    View.MEDIUM: (N_("At arm’s length"), N_("With something known in the picture, such as the navel or the elbow.")),
    View.CLOSE_STRAIGHT: (N_("Close, straight on"), N_("A hand’s breadth away, straight from above, and sharp.")),
    View.CLOSE_OBLIQUE: (N_("Close, from the side"), N_("A hand’s breadth away, to show how far it stands out.")),
}
SIDES = {
    Laterality.LEFT: N_("Left"),
    Laterality.RIGHT: N_("Right"),
    Laterality.BOTH: N_("Both sides"),
}

"""What the demo's patients say and what its specialists answer: made up, marked as a demonstration, no advice."""

from server.cli.seed.phone import Told
from server.contract.case import Topic
from server.contract.wire import Laterality
from server.reports.service import AnswerContent, Certainty, Diagnosis

RASH = Told(
    topic=Topic.RASH,
    site="forearm",
    side=Laterality.LEFT,
    answers={
        "onset": ("this-month",),
        "change": ("bigger", "comes-and-goes"),
        "symptoms": ("itch",),
        "fever": ("no",),
        "exposure": ("product",),
        "immune": ("no",),
        "pregnancy": ("no",),
        "treatment": "Shea butter, it helped a little.",
        "medicines": "",
        "allergies": "None that I know of.",
        "worry": "It itches at night. Can my children catch it?",
    },
)
MOLE = Told(
    topic=Topic.LESION,
    site="upper-back",
    side=Laterality.RIGHT,
    answers={
        "onset": ("years",),
        "change": ("bigger", "colour"),
        "symptoms": ("none",),
        "own-skin-cancer": ("no",),
        "family-skin-cancer": ("unsure",),
        "immune": ("no",),
        "pregnancy": ("not-applicable",),
        "treatment": "Nothing.",
        "medicines": "Amlodipine",
        "allergies": "Penicillin",
        "fever": ("no",),
        "worry": "My wife says that it looks different from before.",
    },
)
SPOT = Told(
    topic=Topic.LESION,
    site="thigh",
    side=Laterality.LEFT,
    answers={
        "onset": ("years",),
        "change": ("bigger",),
        "symptoms": ("none",),
        "own-skin-cancer": ("no",),
        "family-skin-cancer": ("no",),
        "immune": ("no",),
        "pregnancy": ("no",),
        "treatment": "Nothing.",
        "medicines": "",
        "allergies": "",
        "fever": ("no",),
        "worry": "You asked for a photo of it every two weeks.",
    },
)
WOUND = Told(
    topic=Topic.WOUND,
    site="shin",
    side=Laterality.LEFT,
    answers={
        "wound-cause": ("injury",),
        "onset": ("this-month",),
        "change": ("bigger",),
        "symptoms": ("pain", "discharge"),
        "fever": ("unsure",),
        "diabetes": ("yes",),
        "tetanus": ("unsure",),
        "wound-dressing": "Gauze, changed every second day.",
        "immune": ("no",),
        "pregnancy": ("no",),
        "treatment": "Iodine",
        "medicines": "Metformin",
        "allergies": "",
        "worry": "It does not close.",
    },
)
_DEMO = "Demonstration text, not medical advice."
ANSWER = {
    Topic.RASH: AnswerContent(
        findings="Red, slightly raised patches with scratch marks on the forearm. " + _DEMO,
        diagnoses=(
            Diagnosis(code="L23.9", title="Allergic contact dermatitis, unspecified cause", certainty=Certainty.LIKELY),
        ),
        plan="Stop the new soap. The clinic gives you a cream; use it as written on it. " + _DEMO,
        follow_up="Send new photos in two weeks if it has not gone.",
        safety_net="Go to the clinic the same day if you get a fever, if it weeps or spreads quickly. " + _DEMO,
    ),
    Topic.LESION: AnswerContent(
        findings="A brown spot with two colours and an uneven edge. " + _DEMO,
        diagnoses=(Diagnosis(code="D22.5", title="Melanocytic nevi of trunk", certainty=Certainty.POSSIBLE),),
        plan="Someone has to look at it with a dermatoscope. The clinic arranges it. " + _DEMO,
        follow_up="Appointment within two weeks.",
        safety_net="Go sooner if it bleeds or grows within days. " + _DEMO,
    ),
}

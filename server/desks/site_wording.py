"""What comparing two photographs could not do, in words; and what each measure is."""

from server.web.catalogue import N_

DECLINED = {
    "too_little_in_common": N_("too little skin is to be seen in both"),
    "views_too_different": N_("they were taken from too different places"),
    "too_little_overlap": N_("they show too little of the same skin"),
    "skin_does_not_agree": N_("the skin around the spot does not agree"),
    "not_the_same_lesion": N_("the outlines lie in different places"),
    "nothing_stands_out": N_("nothing stands out from the skin"),
    "leaves_the_picture": N_("the spot runs out of the picture"),
    "too_small": N_("the spot is too small in the picture"),
    "too_large": N_("too little skin is to be seen around the spot"),
}
"""By the code of the workers."""
OTHERWISE = N_("the photo could not be worked on")
MEASURES = (
    ("asymmetry", N_("Asymmetry"), N_("0 is the same on both sides of a fold")),
    ("border", N_("Border"), N_("1 is a circle; more is ragged")),
    ("colour_spread", N_("Colour spread"), N_("how far its colours lie apart, in ΔE")),
)
"""Field of `LesionMeasures`, name, and what its numbers mean."""

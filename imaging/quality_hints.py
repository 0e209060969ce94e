"""What a small frame of live video says about the photograph that it would become, for whoever is framing one."""

from imaging.colour import Pixels
from imaging.quality import THRESHOLDS
from imaging.quality_focus import measure_detail
from imaging.quality_light import measure_bright_luma
from imaging.quality_picture import SMALL_LONG_EDGE_PX, luma_of, reduce_to_small, scale_down
from imaging.quality_subject import find_skin, measure_skin_share


def hint(frame: Pixels) -> tuple[str, ...]:
    """Of "too_dark", "hold_still" and "move_closer" those that hold, from upright sRGB pixels (blue green red).

    In the dark nothing else is told, as nothing else can be seen. A frame is looked at with a long edge of 256 px.
    """
    small = scale_down(frame, SMALL_LONG_EDGE_PX)
    luma = luma_of(small)
    if 255 - measure_bright_luma(luma) > THRESHOLDS.flaws["underexposed"].value:
        return ("too_dark",)
    detail = [value for value in measure_detail(luma).directions if value is not None]
    is_blurred = min(detail, default=0) < THRESHOLDS.hints.least_detail_permille.value
    skin_permille = measure_skin_share(find_skin(reduce_to_small(small)))
    is_far = skin_permille < THRESHOLDS.hints.least_skin_permille.value
    return (("hold_still",) if is_blurred else ()) + (("move_closer",) if is_far else ())

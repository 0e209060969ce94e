"""What a plain photograph comes with, by the names in its pack."""

from imaging.preview import LARGE, MEDIA_TYPE, SMALL
from imaging.renditions import JPEG

PHOTO, SCREEN = "photo.jpg", "screen.jpg"
PREVIEWS = {"small.webp": SMALL, "large.webp": LARGE}
MEDIA_TYPES = {PHOTO: JPEG, SCREEN: JPEG, **dict.fromkeys(PREVIEWS, MEDIA_TYPE)}

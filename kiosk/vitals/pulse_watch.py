"""The pulse of whoever sits before the camera, read again whenever it is asked for; frames are not kept."""

from collections import deque

from imaging.colour import Pixels
from imaging.pulse import LASTS_S, PulseReading, read_pulse
from imaging.pulse_samples import Sample
from kiosk.vitals.face_watch import FaceWatch


class PulseWatch:
    """Raw frames in, as the camera gave them: any encoding before this costs the pulse."""

    def __init__(self) -> None:
        self._watch = FaceWatch()
        self._samples: deque[Sample] = deque()

    def take(self, time_s: float, pixels: Pixels) -> None:
        """One blue-green-red frame at its instant in seconds; instants never go back."""
        sample = self._watch.take(time_s, pixels)
        if sample is not None:
            self._samples.append(sample)
        while self._samples and time_s - self._samples[0].time_s > LASTS_S:
            self._samples.popleft()

    def read(self) -> PulseReading:
        """The reading over what was seen in the last 30 s."""
        return read_pulse(self._samples)

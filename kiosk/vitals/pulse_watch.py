"""The pulse of whoever sits before the camera, read again whenever it is asked for; frames are not kept."""

from collections import deque

from imaging.colour import Pixels
from imaging.pulse import GAP_S, LASTS_S, Declined, PulseReading, find_fault, read_pulse
from imaging.pulse_samples import Sample
from imaging.results import Face
from kiosk.vitals.face_watch import FaceWatch


class PulseWatch:
    """Raw frames in, as the camera gave them: any encoding before this costs the pulse."""

    def __init__(self) -> None:
        self._watch = FaceWatch()
        self._samples: deque[Sample] = deque()
        self._time_s = 0.0

    def take(self, time_s: float, pixels: Pixels) -> None:
        """One blue-green-red frame at its instant in seconds; instants never go back.

        A face that comes back after it was gone begins a new film.
        """
        self._time_s = time_s
        sample = self._watch.take(time_s, pixels)
        if sample is not None:
            if self._samples and time_s - self._samples[-1].time_s > GAP_S:
                self._samples.clear()
            self._samples.append(sample)
        while self._samples and time_s - self._samples[0].time_s > LASTS_S:
            self._samples.popleft()

    @property
    def face(self) -> Face | None:
        """Where it is in the last frame."""
        return self._watch.face

    @property
    def lasts_s(self) -> float:
        """How much of a film without a gap there is."""
        return self._samples[-1].time_s - self._samples[0].time_s if self._samples else 0.0

    def find_fault(self) -> Declined | None:
        """What spoils the film now, for who sits before the camera."""
        return find_fault(self._samples, self._time_s)

    def read(self) -> PulseReading:
        """The reading over what was seen in the last 30 s."""
        return read_pulse(self._samples)

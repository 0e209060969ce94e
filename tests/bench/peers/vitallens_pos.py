"""Reads a film's pulse with vitallens' own POS; run by its environment's Python, with the film as a file of NumPy.

Prints the rate in beats a minute, the seconds of processor and the megabytes that it took, as JSON.
"""

# pyright: basic, reportMissingImports=false
# (vitallens is in an environment beside ours and not in the lock.)

import json
import resource
import sys
import time

import numpy as np
from vitallens import VitalLens


def main(path: str, rate_hz: float) -> None:
    film = np.load(path)
    begun_s = time.process_time()
    found = VitalLens(method="pos")(film, fps=rate_hz)
    took_s = time.process_time() - begun_s
    rate = found[0]["vitals"]["heart_rate"]["value"] if found else None
    film_mb = film.nbytes / 1e6
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 - film_mb
    print(json.dumps({"bpm": rate, "cpu_s": took_s, "memory_mb": memory_mb}))  # noqa: T201  (the answer)


main(sys.argv[1], float(sys.argv[2]))

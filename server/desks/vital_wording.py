"""The names of measurements (LOINC) and their units (UCUM) as people write them."""

from server.contract.wire import Coding
from server.web.catalogue import N_

LOINC = "http://loinc.org"
VITAL = {
    "2339-0": N_("Blood glucose"),
    "2708-6": N_("Oxygen saturation"),
    "8310-5": N_("Body temperature"),
    "8462-4": N_("Diastolic"),
    "8478-0": N_("Mean blood pressure"),
    "8480-6": N_("Systolic"),
    "8867-4": N_("Heart rate"),
    "9279-1": N_("Breathing rate"),
    "15074-8": N_("Blood glucose"),
    "29463-7": N_("Body weight"),
    "59408-5": N_("Oxygen saturation (pulse oximeter)"),
    "85354-9": N_("Blood pressure"),
}
UNIT = {
    "%": "%",
    "/min": N_("per minute"),
    "Cel": "°C",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "kPa": "kPa",
    "kg": "kg",
    "mg/dL": "mg/dL",
    "mm[Hg]": "mmHg",
    "mmol/L": "mmol/L",
}


def vital_name(code: Coding) -> str:
    """Text of the catalogue for a code that is known; else the sender's own name with the code, which decides."""
    if code.system == LOINC and code.code in VITAL:
        return VITAL[code.code]
    return f"{code.display} ({code.code})" if code.display else code.code

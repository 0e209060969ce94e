"""Answers as a specialist writes them; the words are placeholders, not advice."""

import msgspec

from server.reports.schemas import AnswerContent, Certainty, Diagnosis

ECZEMA = Diagnosis(code="L20.9", title="Atopic dermatitis, unspecified", certainty=Certainty.LIKELY)
CONTENT = AnswerContent(
    findings="Findings as written.",
    diagnoses=(ECZEMA,),
    plan="The plan as written.",
    follow_up="The follow-up as written.",
    safety_net="When to come sooner, as written.",
)
AMENDED = msgspec.structs.replace(CONTENT, plan="Another plan.", amendment_reason="A result came in.")

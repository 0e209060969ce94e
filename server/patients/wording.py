"""The words in which a record's codes are told to people."""

from server.web.catalogue import N_

SEX = {"female": N_("female"), "male": N_("male"), "other": N_("other"), "unknown": N_("not said")}
ITEM_KIND = {"allergy": N_("Allergy"), "medicine": N_("Medicine"), "condition": N_("Condition")}
PURPOSE = {
    "TREAT": N_("treatment"),
    "PATRQT": N_("at your request"),
    "HOPERAT": N_("running the service"),
    "SYSADMIN": N_("administration"),
    "HCOMPL": N_("audit"),
    "BTG": N_("emergency"),
}
TAG = {
    "case:submitted": N_("Sent a case"),
    "case:read": N_("Opened a case"),
    "case:claimed": N_("Began to read a case"),
    "case:released": N_("Gave a case back"),
    "case:routed": N_("Passed a case to specialists"),
    "case:unroutable": N_("Found no specialists for a case"),
    "case:prepare": N_("Began to prepare the photos of a case"),
    "case:become-ready": N_("Made a case ready for a specialist"),
    "case:supply": N_("Added the better photo to a case"),
    "case:media-given-up": N_("Stopped waiting for photos that never came"),
    "part:prepared": N_("Prepared a photo"),
    "part:previewed": N_("Prepared a small preview of a photo"),
    "part:preview-dropped": N_("Dropped a small preview of a photo"),
    "part:exported": N_("Sent a photo to the clinic’s archive"),
    "part:kept": N_("Kept a file"),
    "part:faces-answered": N_("Said what becomes of a face in a photo"),
    "part:faces-treated": N_("Did so with the face"),
    "part:refused": N_("Could not open a file"),
    "case:photo-asked": N_("Asked for a better photo"),
    "case:answered": N_("Answered a case"),
    "case:answer-amended": N_("Amended an answer"),
    "case:answer-voided": N_("Took an answer back"),
    "case:closed": N_("Closed a case"),
    "case:escalated": N_("Made a case more urgent"),
    "case:parts-added": N_("Added to a case"),
    "case:reassigned": N_("Moved a case to other specialists"),
    "case:reopened": N_("Asked again on a case"),
    "case:withdrawn": N_("Withdrew a case"),
    "answer:signed": N_("Signed an answer"),
    "answer:read": N_("Read an answer"),
    "answer:released": N_("Sent you an answer"),
    "audit:read": N_("Read who had looked at your record"),
    "message:sent": N_("Wrote a message"),
    "patient:link-stated": N_("Compared your record with another"),
    "patient:registered": N_("Registered you"),
    "patient:contact-changed": N_("Changed how you are reached"),
    "patient:item-added": N_("Added to your record"),
    "patient:item-changed": N_("Changed your record"),
    "case:patient-told": N_("Told you about an answer"),
    "case:patient-told-again": N_("Sent you the message about an answer again"),
    "emergency:opened": N_("Opened a case in an emergency"),
    "emergency:ended": N_("Ended an emergency access"),
    "emergency:expired": N_("An emergency access came to its end"),
    "emergency:reviewed": N_("Reviewed an emergency access"),
    "consent:given": N_("Wrote down a consent"),
    "consent:withdrawn": N_("Withdrew a consent"),
    "appointment:held": N_("Kept a time for an appointment"),
    "appointment:booked": N_("Booked an appointment"),
    "appointment:moved": N_("Moved an appointment"),
    "appointment:cancelled": N_("Cancelled an appointment"),
    "appointment:restored": N_("Took back that an appointment was cancelled"),
    "appointment:lapsed": N_("Gave the time of an appointment back that nobody booked"),
    "appointment:coming": N_("Wrote down that the patient will come"),
    "appointment:arrived": N_("Wrote down that the patient came to an appointment"),
    "appointment:arrival-undone": N_("Took back that the patient had come"),
    "appointment:missed": N_("Wrote down that the patient did not come"),
    "appointment:done": N_("Ended an appointment"),
    "appointment:read": N_("Read an appointment"),
    "appointment:waited-for": N_("Put the patient on a waiting list"),
    "upload:completed": N_("Sent a file, such as a photo"),
    "upload:refused": N_("Sent a file that was refused"),
    "upload:terminated": N_("Stopped sending a file"),
    "upload:expired": N_("Let a file go that no case had asked for"),
    "upload:held": N_("Put a file that had come into a case"),
    "upload:consumed": N_("Finished with a file that had come"),
    "photo:supplied": N_("Sent a better photo"),
    "patient:acting-named": N_("Named someone who acts for you"),
    "patient:acting-ended": N_("Ended that someone acts for you"),
    "patient:compared": N_("Looked for records like yours"),
    "patient:flags-changed": N_("Changed what your record says of itself"),
    "patient:erasure-asked": N_("Asked that your record be erased"),
    "patient:erasure-refused": N_("Decided that your record stays"),
    "patient:erased": N_("Erased your record"),
    "patient:hold-set": N_("Put a legal hold on your record"),
    "patient:hold-released": N_("Lifted a legal hold from your record"),
}
"""Events of the trail as a patient reads them."""
ACTOR_KIND = {"person": N_("A person"), "device": N_("A device"), "system": N_("Careferry itself")}
"""Who did something, where no name is known."""
CAPACITY = {
    "self": N_("yourself"),
    "guardian": N_("guardian"),
    "helper": N_("helper"),
}
RELATION = {
    "mother": N_("Mother"),
    "father": N_("Father"),
    "legal-guardian": N_("Legal guardian"),
    "grandparent": N_("Grandparent"),
    "partner": N_("Partner"),
    "child": N_("Daughter or son"),
    "sibling": N_("Sister or brother"),
    "carer": N_("Carer"),
    "other": N_("Other"),
}
SHARED = {
    "name": N_("name"),
    "phonetic": N_("sound of the name"),
    "birth-date": N_("birth date"),
    "phone": N_("phone"),
    "email": N_("e-mail"),
    "identifier": N_("identifier"),
}
LINK_STATE = {
    "suspected": ("warning", N_("Perhaps the same person")),
    "linked": ("good", N_("The same person")),
    "unlinked": ("neutral", N_("Not the same person")),
}
LINK_REASON = {
    "person-says-so": N_("The person says so"),
    "same-identifier": N_("Same identifier"),
    "same-name-and-birth-date": N_("Same name and birth date"),
    "same-contact": N_("Same phone or e-mail"),
    "looked-at-both": N_("Looked at both records"),
    "mistake": N_("The earlier statement was a mistake"),
}
ERASURE_REASON = {
    "patient-asks": N_("The patient asks for it"),
    "registered-in-error": N_("Registered in error"),
    "no-longer-needed": N_("No longer needed"),
}
ERASURE_STATE = {
    "asked": ("waiting", N_("Waits for a decision")),
    "refused": ("neutral", N_("Refused")),
    "erased": ("danger", N_("Erased")),
}
HOLD_REASON = {
    "court-order": N_("Order of a court"),
    "complaint": N_("Complaint"),
    "investigation": N_("Investigation"),
    "other": N_("Other"),
}

"""The hand-off: the patient's own phone adds photographs to the visit, over the clinic's network."""

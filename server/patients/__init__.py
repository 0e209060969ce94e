"""Patients: demographics, identifiers, health record items, consents, who acts for them, lesions and encounters."""

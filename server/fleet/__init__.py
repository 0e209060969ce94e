"""The clinics' kiosks: claimed by an administrator's yes, known by their keys, watched by their heartbeats."""

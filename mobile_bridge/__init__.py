"""The phone: the installable web app, resumable uploads and hand-off from a kiosk."""

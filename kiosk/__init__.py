"""The clinic kiosk: cameras, devices, an offline spool and its own screens."""

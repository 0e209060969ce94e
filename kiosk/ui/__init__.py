"""The kiosk's screen: pages on loopback alone, rendered here, that work without script."""

"""Pulse and breathing from the kiosk's own camera: investigational, off by default, and silent when in doubt."""

"""The uplink: sends what waits in the spool by the intake protocol, and believes signed receipts alone."""

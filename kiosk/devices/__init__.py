"""Medical devices over Bluetooth LE, read as the services of the Bluetooth SIG say; nothing is guessed."""

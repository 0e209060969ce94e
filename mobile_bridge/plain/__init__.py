"""The form that sends a case from a browser without script: one page, a look over it, and the receipt."""

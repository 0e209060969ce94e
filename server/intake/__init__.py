"""Intake: media arrive in resumable pieces, sealed before they are kept, and are answered for by signed receipts."""

"""What identity refuses, each with what the person can do about it; none tells who has an account."""

from server.core.faults import BadInput, Conflict, Expired, Forbidden, InvalidForm, SignInRequired


class SignInRefused(SignInRequired):
    """One answer for a wrong password, an unknown person, a disabled one and one without roles."""

    code = "sign-in-refused"
    title = "That did not match"
    next_step = "Check what you typed and try again."


class CodeRefused(SignInRequired):
    """The code is wrong, used, or for another request."""

    code = "code-refused"
    title = "That code is not valid"
    next_step = "Type the newest code. Each one works once."


class PasskeyRefused(SignInRequired):
    code = "passkey-refused"
    title = "That passkey was not accepted"
    next_step = "Try again, or sign in another way."


class LinkSpent(Expired):
    """The link was used, withdrawn, has expired, or never was."""

    code = "link-spent"
    title = "This link does not work any more"
    next_step = "Ask for a new one. Each link works once and only for a short time."


class SignInUnfinished(SignInRequired):
    """The step belongs to a sign-in that was not begun in this browser, or took too long."""

    code = "sign-in-unfinished"
    title = "Please begin again"
    next_step = "Sign in again from the first step."


class SecondFactorRequired(Forbidden):
    """The action needs a second factor that was proved just now."""

    code = "second-factor-required"
    title = "Please confirm that it is you"
    kept = "Nothing was changed. What you typed is kept."
    next_step = "Confirm with your passkey or a code, then press again."


class FreshSignInRequired(SignInRequired):
    """Changing how one signs in needs a sign-in from just now."""

    code = "fresh-sign-in-required"
    title = "Please sign in again first"
    next_step = "Sign out and in again, then make the change."


class ContactInUse(Conflict):
    code = "contact-in-use"
    title = "This contact already belongs to a sign-in"
    next_step = "Use another contact, or add the person who owns it as a helper."


class LastAdministrator(Conflict):
    code = "last-administrator"
    title = "This is the organisation's only administrator"
    next_step = "Make someone else an administrator first."


class LastWayIn(Conflict):
    code = "last-way-in"
    title = "This is the only way to sign in"
    next_step = "Add another way to sign in first."


class RolesDoNotMix(InvalidForm):
    """A patient reaches one record, staff the organisation's: one sign-in in one organisation is never both."""

    code = "roles-do-not-mix"
    title = "A patient's role cannot be combined with another in the same organisation"


class PasswordRefused(InvalidForm):
    code = "password-refused"
    title = "This password cannot be used"


class ContactRefused(InvalidForm):
    code = "contact-refused"
    title = "This is not an e-mail address or a phone number"


class TakerUnknown(BadInput):
    """A kiosk names the worker whose hands its camera was in; a person is that worker."""

    code = "taker-unknown"
    title = "The worker who took this is not known in this clinic"
    next_step = "Sign in at the kiosk as somebody who works in this clinic, and send it again."

"""What the credentials' room refuses."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable


class SignInRefused(Unauthenticated):
    """The login or the secret is wrong."""

    code = "sign_in_refused"


class CredentialUnknown(Unauthenticated):
    """The session or API key is unknown, expired or revoked."""

    code = "credential_unknown"


class PasskeyRefused(Unauthenticated):
    """The passkey's answer does not hold."""

    code = "passkey_refused"


class InitialPassword(Forbidden):
    """The password drawn at installation must first be changed on the machine itself."""

    code = "initial_password"


class NotFresh(Forbidden):
    """This needs a recent sign-in: sign in again, or use a passkey."""

    code = "sign_in_not_fresh"


class PasswordWrong(Forbidden):
    """The password is wrong."""

    code = "password_wrong"


class PinWrong(Forbidden):
    """The payment PIN is wrong."""

    code = "pin_wrong"


class NotYours(Forbidden):
    """This caller may not do this for this merchant or store."""

    code = "not_yours"


class ApprovalNeeded(Forbidden):
    """A supervisor of the store must agree: their login and PIN go with the request."""

    code = "approval_needed"


class ApprovalRefused(Forbidden):
    """No supervisor of this store has this login and PIN."""

    code = "approval_refused"


class PinLocked(TooMany):
    """Too many wrong payment PINs: the PIN is locked for a while."""

    code = "pin_locked"


class PinNotSet(Conflict):
    """No payment PIN has been set yet."""

    code = "pin_not_set"


class PinMustReset(Conflict):
    """The payment PIN must be set anew (after a lost phone)."""

    code = "pin_must_reset"


class PinAlreadySet(Conflict):
    """A payment PIN is set already: change it with the old one, or reset it."""

    code = "pin_already_set"


class LoginTaken(Conflict):
    """Another account has this login name."""

    code = "login_taken"


class PasskeyExists(Conflict):
    """This passkey is registered already."""

    code = "passkey_exists"


class PinTrivial(Invalid):
    """The PIN is not six digits, or is one of those that are guessed first."""

    code = "pin_trivial"


class PasswordWeak(Invalid):
    """The password is too short, too long, or among those that are guessed first."""

    code = "password_weak"


class CredentialMalformed(Invalid):
    """A login name, a name or a scope is not of the form it must have."""

    code = "credential_malformed"


class ChallengeGone(Invalid):
    """The passkey's challenge was used or has expired: ask for a new one."""

    code = "challenge_gone"


class SessionUnknown(NotFound):
    """There is no such session or device of yours."""

    code = "session_unknown"


class ApiKeyUnknown(NotFound):
    """There is no such API key of yours."""

    code = "api_key_unknown"


class PasskeyUnknown(NotFound):
    """There is no such passkey of yours."""

    code = "passkey_unknown"


class StaffUnknown(NotFound):
    """There is no such member of the staff."""

    code = "staff_unknown"


class OperatorUnknown(NotFound):
    """There is no such operator."""

    code = "operator_unknown"


class HashingBusy(Unavailable):
    """Too many secrets are being checked at this moment."""

    code = "hashing_busy"

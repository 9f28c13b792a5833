"""What the parties' room refuses."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound


class PartyMalformed(Invalid):
    """A person's, wallet's, merchant's or store's particulars are not of the form they must have."""

    code = "party_malformed"


class UnknownBrand(Invalid):
    """No wallet brand of this name is switched on in this network."""

    code = "unknown_brand"


class UnknownMcc(Invalid):
    """The merchant category code is none of ISO 18245."""

    code = "unknown_mcc"


class PersonUnknown(NotFound):
    """There is no such person, or it is not the caller's to see."""

    code = "person_unknown"


class PersonFrozen(Conflict):
    """The house has frozen this person: no wallet is opened for them."""

    code = "person_frozen"


class WalletUnknown(NotFound):
    """There is no such wallet, or it is not the caller's to see."""

    code = "wallet_unknown"


class MerchantUnknown(NotFound):
    """There is no such merchant, or it is not the caller's to see."""

    code = "merchant_unknown"


class StoreUnknown(NotFound):
    """There is no such store, or it is not the caller's to see."""

    code = "store_unknown"


class TillUnknown(NotFound):
    """There is no such till, or it is not the caller's to see."""

    code = "till_unknown"


class PayeeUnknown(NotFound):
    """Nobody can be paid under this account number or handle."""

    code = "payee_unknown"


class HandleTaken(Conflict):
    """Another wallet of the network has this handle."""

    code = "handle_taken"


class AccountNumberTaken(Conflict):
    """Another wallet of the network has this account number."""

    code = "account_number_taken"


class PhoneTaken(Conflict):
    """Another person of the network has this phone number."""

    code = "phone_taken"


class WalletExists(Conflict):
    """This person has a wallet of this brand already."""

    code = "wallet_exists"


class TillExists(Conflict):
    """The store has a till of this name already."""

    code = "till_exists"


class PartyExists(Conflict):
    """The id stands already, for something else."""

    code = "party_exists"


class AlreadyFrozen(Conflict):
    """The account is frozen already."""

    code = "already_frozen"


class NotFrozen(Conflict):
    """The account is not frozen."""

    code = "not_frozen"


class FrozenByHouse(Forbidden):
    """The house froze this account; only the house opens it again."""

    code = "frozen_by_house"


class PartyBusy(Conflict):
    """Others are changing this account right now; the same request may be sent again."""

    code = "party_busy"

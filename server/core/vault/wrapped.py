"""What each wrapped key is bound to, and how it opens: master key over organisation key over data key."""

from uuid import UUID

import msgspec

from server.core.keys.wrapping import WrapRefused, unwrap, wrap
from server.core.platform import platform
from server.core.vault.faults import Tampered


class WrappedOrganisationKey(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an organisation's key as it stands in its row."""

    id: UUID
    organisation_id: UUID
    purpose: str
    version: int
    master_id: str = ""
    wrapped: bytes = b""

    @property
    def bound_to(self) -> bytes:
        return f"organisation key|{self.id}|{self.organisation_id}|{self.purpose}|{self.version}".encode()

    def wrap(self, key: bytes) -> "WrappedOrganisationKey":
        """The same row with `key` wrapped under the newest master key."""
        master_id, wrapped = platform().keys.masters.wrap(key, self.bound_to)
        return msgspec.structs.replace(self, master_id=master_id, wrapped=wrapped)

    def unwrap(self) -> bytes:
        """The organisation key itself; Tampered if its wrapping does not open."""
        try:
            return platform().keys.masters.unwrap(self.master_id, self.wrapped, self.bound_to)
        except WrapRefused as error:
            raise Tampered(inside=f"organisation key {self.id} does not open: {error}") from error


class WrappedDataKey(msgspec.Struct, frozen=True, kw_only=True):
    """One holder's copy of one version of a vault's data key, with the organisation key it is wrapped under."""

    vault_id: UUID
    owner_id: UUID
    holder_id: UUID
    version: int
    under: WrappedOrganisationKey
    wrapped: bytes = b""

    @property
    def bound_to(self) -> bytes:
        return f"data key|{self.vault_id}|{self.owner_id}|{self.holder_id}|{self.version}|{self.under.id}".encode()

    def wrap(self, data_key: bytes) -> "WrappedDataKey":
        """The same copy with `data_key` wrapped."""
        return msgspec.structs.replace(self, wrapped=wrap(self.under.unwrap(), data_key, self.bound_to))

    def unwrap(self) -> bytes:
        """The data key itself; Tampered if its wrapping does not open."""
        try:
            return unwrap(self.under.unwrap(), self.wrapped, self.bound_to)
        except WrapRefused as error:
            raise Tampered(inside=f"a data key of vault {self.vault_id} does not open") from error

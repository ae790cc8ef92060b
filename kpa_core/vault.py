"""Seal the private fields: birth dates and papers are unreadable in a stolen database file."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kpa_core.errors import N_, Misuse, Unavailable


class Vault:
    """Seals and opens with the instance's data keys, the newest first, one a line."""

    def __init__(self, keys: bytes) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys.split()])
        except ValueError as error:
            raise Misuse(
                N_("La clé des données n'est pas une clé. Remets celle de la sauvegarde.")
            ) from error

    def seal(self, text: str) -> bytes:
        """Return ``text`` sealed."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes | None) -> str:
        """Return the text, or an empty one for nothing.

        Raises:
            Unavailable: it was sealed with a key that is not here.
        """
        return self.open_bytes(sealed).decode() if sealed else ""

    def seal_bytes(self, data: bytes) -> bytes:
        """Return ``data`` sealed."""
        return self._fernet.encrypt(data)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Return the bytes that were sealed.

        Raises:
            Unavailable: they were sealed with a key that is not here.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise Unavailable(
                N_("Une donnée privée ne peut pas être lue. La clé des données a changé.")
            ) from error


def new_key() -> bytes:
    """Return a new data key."""
    return Fernet.generate_key()

"""The addresses at which customers and carriers answer: signed, so that nobody guesses another."""

from __future__ import annotations

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from kpa_core.errors import N_, NotFound
from kpa_core.instance import Instance

SALT = "kpa quote link"
CARRIER_SALT = "kpa carrier link"
INVOICE_SALT = "kpa invoice link"
"""Another salt: what opens a quote opens no invoice."""
OVER = N_("Ce lien n'est plus bon. Demandez-en un nouveau au groupe.")
"""Said to carriers, whatever is wrong with their address: the page for members says "tu"."""


def quote_token(instance: Instance, document_id: UUID) -> str:
    """Return the signed part of a quote's address."""
    return str(_signer(instance, SALT).dumps(document_id.hex))


def quote_url(instance: Instance, document_id: UUID) -> str:
    """Return the whole address of a quote."""
    base = instance.settings.instance.base_url.rstrip("/")
    return f"{base}/devis/{quote_token(instance, document_id)}"


def document_id_of(instance: Instance, token: str) -> UUID:
    """Return which quote an address is for.

    Raises:
        NotFound: it is not one of ours.
    """
    return _id_in(instance, token, SALT)


def carrier_token(instance: Instance, link_id: UUID) -> str:
    """Return the signed part of the address at which a carrier answers."""
    return str(_signer(instance, CARRIER_SALT).dumps(link_id.hex))


def carrier_url(instance: Instance, link_id: UUID) -> str:
    """Return the whole address at which a carrier answers."""
    base = instance.settings.instance.base_url.rstrip("/")
    return f"{base}/maison/{carrier_token(instance, link_id)}"


def link_id_of(instance: Instance, token: str) -> UUID:
    """Return which link of a carrier an address is.

    Raises:
        NotFound: it is not one of ours.
    """
    return _id_in(instance, token, CARRIER_SALT, absent=OVER)


def _id_in(instance: Instance, token: str, salt: str, absent: str = "") -> UUID:
    try:
        return UUID(hex=_signer(instance, salt).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError) as error:
        raise NotFound(absent) from error


def invoice_token(instance: Instance, document_id: UUID) -> str:
    """Return the signed part of an invoice's address."""
    return str(_signer(instance, INVOICE_SALT).dumps(document_id.hex))


def invoice_url(instance: Instance, document_id: UUID) -> str:
    """Return the whole address where a customer says that an invoice is paid."""
    base = instance.settings.instance.base_url.rstrip("/")
    return f"{base}/factures/{invoice_token(instance, document_id)}"


def invoice_id_of(instance: Instance, token: str) -> UUID:
    """Return which invoice an address is for.

    Raises:
        NotFound: it is not one of ours.
    """
    return _id_in(instance, token, INVOICE_SALT)


def _signer(instance: Instance, salt: str) -> URLSafeSerializer:
    settings = instance.settings
    return URLSafeSerializer(settings.secrets.session.read(settings.root), salt=salt)

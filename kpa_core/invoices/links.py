"""The address a customer answers a quote at: signed, so that nobody can guess another's."""

from __future__ import annotations

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from kpa_core.errors import NotFound
from kpa_core.instance import Instance

SALT = "kpa quote link"
OF_INVOICES = "kpa invoice link"
"""Another salt: what opens a quote opens no invoice."""


def quote_token(instance: Instance, document_id: UUID) -> str:
    """Return the signed part of a quote's address."""
    return str(_signer(instance).dumps(document_id.hex))


def quote_url(instance: Instance, document_id: UUID) -> str:
    """Return the whole address of a quote."""
    base = instance.settings.instance.base_url.rstrip("/")
    return f"{base}/devis/{quote_token(instance, document_id)}"


def document_id_of(instance: Instance, token: str) -> UUID:
    """Return which quote an address is for.

    Raises:
        NotFound: it is not one of ours.
    """
    try:
        return UUID(hex=_signer(instance).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError) as error:
        raise NotFound() from error


def invoice_token(instance: Instance, document_id: UUID) -> str:
    """Return the signed part of an invoice's address."""
    return str(_signer(instance, OF_INVOICES).dumps(document_id.hex))


def invoice_url(instance: Instance, document_id: UUID) -> str:
    """Return the whole address where a customer says that an invoice is paid."""
    base = instance.settings.instance.base_url.rstrip("/")
    return f"{base}/factures/{invoice_token(instance, document_id)}"


def invoice_id_of(instance: Instance, token: str) -> UUID:
    """Return which invoice an address is for.

    Raises:
        NotFound: it is not one of ours.
    """
    try:
        return UUID(hex=_signer(instance, OF_INVOICES).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError) as error:
        raise NotFound() from error


def _signer(instance: Instance, salt: str = SALT) -> URLSafeSerializer:
    settings = instance.settings
    return URLSafeSerializer(settings.secrets.session.read(settings.root), salt=salt)

"""Tell whether a webhook comes from the server that holds our secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

HEADER = "X-CoopCycle-Signature"


def sign(secret: str, body: bytes) -> str:
    """Return the signature of the raw bytes of a webhook.

    The secret looks like base64 and is used as the text it is (coopcycle-web,
    ``src/MessageHandler/WebhookHandler.php:88``).
    """
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Tell, in a time that says nothing of the secret, whether a webhook's bytes are signed."""
    given = signature.encode(errors="replace")
    return bool(secret) and hmac.compare_digest(sign(secret, body).encode(), given)

"""One e-mail by SMTP, with the server's certificate checked."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlsplit

from kpa_core.config import Settings
from kpa_core.contracts import Message
from kpa_core.errors import N_, KpaError, Refused, TryAgain, before_leaving

TIMEOUT = 20


class Unknown(KpaError):
    """The line broke after the text was handed over: it may have arrived, or not."""


def send(settings: Settings, message: Message, key: str) -> None:
    """Send one message; ``key`` becomes its Message-ID, so that a copy can be recognised.

    Raises:
        Refused: the server will never take it.
        TryAgain: the server cannot be reached or says "later"; nothing was sent.
        Unknown: nobody can tell whether it was sent.
    """
    with before_leaving():
        letter = compose(settings, message, key)
        try:
            server = _connect(settings)
        except (OSError, smtplib.SMTPException) as error:
            raise _sentence(error) from error
    try:
        _hand_over(server, letter)
    finally:
        _hang_up(server)


def compose(settings: Settings, message: Message, key: str) -> EmailMessage:
    """Return the e-mail of a message: plain text, nothing loaded from elsewhere."""
    letter = EmailMessage()
    letter["From"] = settings.mail.sender
    letter["To"] = message.email or ""
    letter["Subject"] = " ".join(message.subject.split())
    letter["Date"] = formatdate(localtime=False)
    host = urlsplit(settings.instance.base_url).hostname or "localhost"
    letter["Message-ID"] = f"<{key}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["Content-Language"] = message.locale
    letter.set_content(message.text)
    return letter


def _connect(settings: Settings) -> smtplib.SMTP:
    mail = settings.mail
    context = ssl.create_default_context()
    if mail.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
    try:
        if mail.tls == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, mail.password.read(settings.root).decode())
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(server: smtplib.SMTP, letter: EmailMessage) -> None:
    try:
        server.send_message(letter)
    except smtplib.SMTPResponseException as error:
        raise _sentence(error) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise Refused(N_("Le serveur de mail ne connaît pas cette adresse.")) from error
        raise TryAgain(N_("Le serveur de mail demande d'attendre.")) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(N_("Le mail est peut-être parti, peut-être pas.")) from error


def _sentence(error: Exception) -> KpaError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused(N_("Le serveur de mail n'est pas celui qu'il dit. Rien n'est parti."))
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        return Refused(N_("Le serveur de mail a dit non ({code})."), code=error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(N_("Le serveur de mail ne sait pas chiffrer. Rien n'est parti."))
    return TryAgain(N_("Le serveur de mail ne répond pas."))


def _hang_up(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()

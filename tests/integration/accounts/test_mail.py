"""Messages leave by mail through a server that is vouched for, once, or wait for a person."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
import time_machine
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kpa_core import clock, jobs
from kpa_core.accounts import messages, sending
from kpa_core.accounts.models import Message
from kpa_core.errors import Refused, Unavailable
from kpa_core.members import service
from kpa_core.outbox import JobRow


class Box:
    """What a mail server received, and how it answers."""

    def __init__(self):
        self.letters, self.answer = [], "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            self.letters.append((envelope.rcpt_tos, letter))
        return self.answer


class OnAnyPort(Controller):
    """A server on a free port of this machine."""

    def __init__(self, box, **options):
        super().__init__(box, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self):
        # The port is known once the socket listens.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def serve():
    running = []

    def start(box, **options):
        server = OnAnyPort(box, **options)
        server.start()
        running.append(server)
        return server.port

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def box():
    return Box()


def mail_settings(port, **more):
    return {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "kpa@exemple.fr", **more}


def person_with_mail(kpa, name="Awa"):
    with kpa.work() as work:
        return service.add_person(work, service.NewPerson(name, email="awa@exemple.fr"))


def tell(kpa, person, **more):
    with kpa.work() as work:
        return messages.send(
            work, person.id, "test", "Bonjour {name}", "Réunion à {kpa}.", **more
        ).id


def state_of(kpa, message_id):
    with kpa.work() as work:
        return work.session.get_one(Message, message_id)


def test_a_message_reaches_its_person(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    ((to, letter),) = box.letters
    assert to == ["awa@exemple.fr"]
    assert letter["Subject"] == "Bonjour Awa"
    assert letter["From"] == "kpa@exemple.fr"
    assert letter["Message-ID"] == f"<{sent}@127.0.0.1>"
    assert letter.get_content().strip() == "Réunion à KPA d'essai."
    assert state_of(kpa, sent).state == "sent"


def test_nothing_leaves_when_the_act_is_undone(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    person = person_with_mail(kpa)

    def tell_and_break(work):
        with work.transaction():
            messages.send(work, person.id, "test", "Bonjour", "Texte")
            raise Refused("non")

    with kpa.work() as work, pytest.raises(Refused):
        tell_and_break(work)
    jobs.run_due(kpa.instance)
    assert box.letters == []


def test_the_same_key_tells_once(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    person = person_with_mail(kpa)
    first = tell(kpa, person, key="quote:1")
    assert tell(kpa, person, key="quote:1") == first
    jobs.run_due(kpa.instance)
    jobs.run_due(kpa.instance)
    assert len(box.letters) == 1


def test_a_link_leaves_no_trace_once_it_is_sent(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    sent = tell(kpa, person_with_mail(kpa), secret=True)
    jobs.run_due(kpa.instance)
    kept = state_of(kpa, sent)
    assert (kept.subject_sealed, kept.text_sealed) == (None, None)


def test_a_subject_cannot_add_headers(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    with kpa.work() as work:
        person = service.add_person(work, service.NewPerson("Awa", email="awa@exemple.fr"))
        messages.send(work, person.id, "test", "{what}", "x", what="a\r\nBcc: evil@example.org")
    jobs.run_due(kpa.instance)
    ((to, letter),) = box.letters
    assert to == ["awa@exemple.fr"]
    assert letter["Bcc"] is None


def test_a_server_that_says_later_is_asked_again(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    box.answer = "451 later"
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert state_of(kpa, sent).state == "waiting"
    box.answer = "250 OK"
    with kpa.work() as work, work.transaction() as session:
        row = session.scalars(sa.select(JobRow).where(JobRow.kind == "message.send")).one()
        assert row.state == "pending"
        row.due_at = row.created_at
    jobs.run_due(kpa.instance)
    assert len(box.letters) == 1
    assert state_of(kpa, sent).state == "sent"


def test_a_server_that_says_never_leaves_it_to_a_person(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    box.answer = "550 no"
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert state_of(kpa, sent).state == "failed"
    with kpa.work() as work:
        (one,) = messages.to_tell(work)
    assert (one.message.id, one.maybe_sent) == (sent, False)


def test_a_line_cut_after_the_text_is_never_tried_again_by_a_machine(make_kpa, serve):
    class Cutting(Box):
        async def handle_DATA(self, server, session, envelope):
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return "250 OK"

    box = Cutting()
    kpa = make_kpa(mail=mail_settings(serve(box)))
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert len(box.letters) == 1
    assert state_of(kpa, sent).state == "waiting"
    with kpa.work() as work:
        row = work.session.scalars(sa.select(JobRow).where(JobRow.kind == "message.send")).one()
        assert row.state == "sent"  # done, as far as machines go
        (one,) = messages.to_tell(work)
    assert one.maybe_sent


@pytest.mark.parametrize(
    ("fails_at", "letters", "state"), [("sent", 1, "unknown"), ("tried", 0, "pending")]
)
def test_noting_that_fails_never_doubles_a_mail(
    fails_at, letters, state, make_kpa, serve, box, monkeypatch
):
    note = sending._note

    def fail(work, message_id, **what):
        if fails_at in what:
            raise Unavailable("the disk is full")
        note(work, message_id, **what)

    kpa = make_kpa(mail=mail_settings(serve(box)))
    tell(kpa, person_with_mail(kpa))
    monkeypatch.setattr(sending, "_note", fail)
    jobs.run_due(kpa.instance)
    assert len(box.letters) == letters
    with kpa.work() as work:
        row = work.session.scalars(sa.select(JobRow).where(JobRow.kind == "message.send")).one()
        assert row.state == state
    monkeypatch.undo()
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        jobs.run_due(kpa.instance)
    assert len(box.letters) == 1


def test_a_server_that_is_not_there_is_asked_again(make_kpa):
    with socket.socket() as closed:  # bound, but it does not listen
        closed.bind(("127.0.0.1", 0))
        kpa = make_kpa(mail=mail_settings(closed.getsockname()[1]))
        tell(kpa, person_with_mail(kpa))
        jobs.run_due(kpa.instance)
    with kpa.work() as work:
        row = work.session.scalars(sa.select(JobRow).where(JobRow.kind == "message.send")).one()
        assert row.state == "pending"


def test_told_by_hand_meanwhile_is_not_sent_by_the_machine(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box)))
    sent = tell(kpa, person_with_mail(kpa))
    ali = kpa.person("Ali", "animator")
    with kpa.work(ali) as work:
        messages.told(work, sent)
    jobs.run_due(kpa.instance)
    assert box.letters == []
    assert state_of(kpa, sent).state == "told_by_hand"


# --- the server's certificate ---------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path / "server.pem"
    place.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return place


@pytest.fixture
def encrypting(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {"tls_context": context, "require_starttls": True}


def test_a_server_nobody_vouches_for_gets_nothing(make_kpa, serve, box, encrypting):
    settings = mail_settings(serve(box, **encrypting), host="localhost", tls="starttls")
    kpa = make_kpa(mail=settings)
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert box.letters == []
    assert state_of(kpa, sent).state == "failed"
    assert "celui qu'il dit" in state_of(kpa, sent).last_error


def test_a_server_with_the_right_certificate_gets_it_encrypted(
    make_kpa, serve, box, encrypting, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings = mail_settings(serve(box, **encrypting), host="localhost", tls="starttls")
    kpa = make_kpa(mail=settings)
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert len(box.letters) == 1
    assert state_of(kpa, sent).state == "sent"


def test_a_server_that_cannot_encrypt_gets_nothing(make_kpa, serve, box):
    kpa = make_kpa(mail=mail_settings(serve(box), tls="starttls"))
    sent = tell(kpa, person_with_mail(kpa))
    jobs.run_due(kpa.instance)
    assert box.letters == []
    assert state_of(kpa, sent).state == "failed"

"""Where kpa may go: how an address must be written, and which machines it may lead to. Pure.

Ranges: IANA's special-purpose registries (RFC 6890 and after), RFC 6052 (NAT64), RFC 3056 (6to4),
RFC 3879 (site-local), and the addresses where clouds keep secrets. Only 2000::/3 is the Internet in
IPv6: what embeds an IPv4 address elsewhere is refused without being read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import quote

from kpa_core.errors import N_, Misuse
from kpa_core.safehttp.errors import HttpRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in text.split())


CLOSED = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12"
    " 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16"
    " 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    " 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
)
OPEN_V6 = IPv6Network("2000::/3")
LOCAL = _networks("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1 fc00::/7")
"""What an administrator may open by name: this machine, its own network, a private tunnel."""
NEVER = _networks("100.100.100.200/32 fd00:ec2::/32")
"""Where clouds hand out secrets: nobody opens these."""

URL = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[^/?#@:\[\]]+)(?::([0-9]{1,5}))?(/[^?#]*)?(\?[^#]*)?",
    re.IGNORECASE,
)
NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
ENTRY = re.compile(r"(\[[^\]]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
LONGEST = 4096
DEFAULT_PORTS = {"http": 80, "https": 443}
OTHER_TRADES = frozenset(
    (1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566)
) | frozenset((*range(6665, 6670), 6679, 6697, 10080, 11211, 27017))
"""Ports over 1023 where something else than HTTP listens (WHATWG Fetch, and databases)."""


@dataclass(frozen=True)
class Target:
    """An address that is written as it should be; whether it may be dialled is asked later."""

    scheme: str
    host: str
    port: int
    path: str
    """Path and query, percent-encoded, exactly as sent."""

    @property
    def literal(self) -> Address | None:
        """The address itself when no name stands for it."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def place(self) -> str:
        """Return scheme, host and port: what may be shown, without what a path may keep secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        """Return the one spelling that is sent; whoever signs a request signs this one."""
        return self.place + self.path


def parse(url: str) -> Target:
    """Read an address strictly.

    Raises:
        HttpRefused: not http or https, a user name, an odd spelling of the host, a fragment, a
            climbing path, a character that does not belong there.
    """
    found = URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None or not all("!" <= one != "\x7f" and one != "\\" for one in url):
        raise _badly_written(url)
    scheme, port = found[1].lower(), found[3]
    host = _host(found[2])
    path = _encoded(found[4] or "/", "") + _encoded(_asked(found[5]), "?")
    if not host or "%!" in path:
        raise _badly_written(url)
    return Target(scheme, host, int(port) if port else DEFAULT_PORTS[scheme], path)


def is_public(ip: Address) -> bool:
    """Tell whether this is a machine of the open Internet."""
    if isinstance(ip, IPv6Address) and ip not in OPEN_V6:
        return False
    return ip.is_global and not any(ip in network for network in CLOSED)


class AddressRule:
    """Where one may go: the open Internet, and what an administrator opened besides.

    ``allow`` lists machines of the local network or this one: ``192.168.1.20:8000``,
    ``192.168.1.0/24``, ``[::1]:8000``, ``atelier.lan``. An address opens itself and no name that
    leads to it: a stranger's name must not reach it. A name opens what it leads to, if local.
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._networks: list[tuple[Network, int | None]] = []
        self._names: set[tuple[str, int | None]] = set()
        for entry in allow:
            self._open(entry)

    def _open(self, entry: str) -> None:
        found = ENTRY.fullmatch(entry)
        host = found[1] if found else ""
        port = int(found[2]) if found and found[2] else None
        try:
            network = ip_network(host.strip("[]"))
        except ValueError:
            name = _host(host)
            if not name:
                raise _bad_entry(entry) from None
            self._names.add((name, port))
            return
        if not any(network.subnet_of(one) for one in LOCAL if one.version == network.version):  # type: ignore[arg-type]
            raise _bad_entry(entry)
        self._networks.append((network, port))

    def check_target(self, target: Target) -> None:
        """Refuse what can be refused before asking where a name leads.

        Raises:
            HttpRefused: a port of another trade, a name of the local network that was not opened.
        """
        if self._is_named(target):
            return
        ip = target.literal
        if ip is not None:
            self.check_address(target, ip)
            return
        if "." not in target.host or target.host.endswith(".localhost"):
            raise _closed(target.place)
        _check_port(target)

    def check_address(self, target: Target, ip: Address) -> None:
        """Refuse an address a target leads to.

        Raises:
            HttpRefused: it is neither public nor opened for this very target.
        """
        if is_public(ip):
            if not self._is_named(target):
                _check_port(target)
            return
        if not self._is_opened(target, ip) or any(ip in one for one in NEVER):
            raise _closed(target.place)

    def _is_named(self, target: Target) -> bool:
        return bool({(target.host, target.port), (target.host, None)} & self._names)

    def _is_opened(self, target: Target, ip: Address) -> bool:
        if target.literal == ip:
            return any(ip in one and port in (None, target.port) for one, port in self._networks)
        return self._is_named(target) and any(ip in one for one in LOCAL)


PUBLIC = AddressRule()


def _host(text: str) -> str:
    """Return the one spelling of a host, or nothing when it is an odd one."""
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except ValueError:
            return ""
    # Letters beyond ASCII are made small by IDNA alone: Python's way depends on where they stand,
    # and a Greek name in capitals would lead to another machine.
    name = text.lower() if text.isascii() else text
    try:
        if not name.isascii() or "xn--" in name:
            from idna import encode  # big tables, for the few names that need them

            name = encode(name, uts46=True).decode("ascii")
    except UnicodeError:
        return ""
    if not NAME.fullmatch(name):
        return ""
    if NUMBER.fullmatch(name.rpartition(".")[2]):  # then it is an IPv4 address, written plainly
        try:
            return text if str(IPv4Address(text)) == text else ""
        except ValueError:
            return ""
    return name


def _asked(query: str | None) -> str:
    return query if query and query != "?" else ""


def _encoded(text: str, more: str) -> str:
    """Return a path or query as it is sent; ``%!`` marks one that must not be."""
    parts = text.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").split("/")
    if re.search(r"%(?![0-9a-fA-F]{2})", text) or (not more and {".", ".."} & set(parts)):
        return "%!"
    try:
        sent = quote(text, safe="/:@!$&'()*+,;=%" + more)
    except UnicodeEncodeError:
        return "%!"
    return re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), sent)


def _check_port(target: Target) -> None:
    port = target.port
    if port not in (80, 443) and (not 1024 <= port <= 65535 or port in OTHER_TRADES):
        raise HttpRefused(
            N_("{place} : ce n'est pas un site, le port {port} sert à autre chose. Vérifie-le."),
            place=target.place,
            port=port,
        )


def _badly_written(url: str) -> HttpRefused:
    shown = "".join(one if one.isprintable() else "?" for one in url.partition("?")[0][:60])
    return HttpRefused(
        N_("L'adresse « {url} » est mal écrite. Recopie-la en entier, par exemple {example}."),
        url=shown,
        example="https://kpa.exemple.fr/",
    )


def _closed(place: str) -> HttpRefused:
    return HttpRefused(
        N_(
            "{place} mène à une machine privée, pas à un site ouvert à tous. Rien n'est parti. "
            "Si c'est voulu, l'administrateur l'écrit dans kpa.toml : [network] allow."
        ),
        place=place,
    )


def _bad_entry(entry: str) -> Misuse:
    return Misuse(
        N_(
            "kpa.toml, network.allow : « {entry} » ne va pas. "
            "Écris une machine du réseau local, par exemple {example}."
        ),
        entry=entry,
        example='"192.168.1.20:8000"',
    )

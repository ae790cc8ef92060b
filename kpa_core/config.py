"""``kpa.toml`` and the environment, read into typed settings.

Order: the environment (``KPA_SERVER__PORT=8001``) wins over ``kpa.toml``. Secrets are never written
in it: they are named as ``{env = "NAME"}`` or ``{file = "secrets/session.key"}``.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError

from kpa_core.errors import N_, KpaError, Misuse

FILE = "kpa.toml"
HIDDEN = ("secret", "key", "password", "token", "dsn")
ADDRESS = re.compile(r"https://[^/\s@]+/?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/?")
FAULTS = {
    "missing": N_("il manque"),
    "extra_forbidden": N_("ce réglage n'existe pas"),
    "int_type": N_("écris un nombre entier"),
    "int_parsing": N_("écris un nombre entier"),
    "int_from_float": N_("écris un nombre entier"),
    "greater_than_equal": N_("écris {ge} ou plus"),
    "less_than_equal": N_("écris {le} ou moins"),
    "string_type": N_("écris un texte entre guillemets"),
    "string_too_short": N_("écris au moins une lettre"),
    "string_too_long": N_("écris au plus {max_length} lettres"),
    "string_pattern_mismatch": N_("écris une valeur de cette forme : {pattern}"),
    "bool_type": N_("écris true ou false"),
    "bool_parsing": N_("écris true ou false"),
    "tuple_type": N_("écris une liste entre crochets"),
    "dict_type": N_("écris une table, avec des clés et des valeurs"),
    "model_type": N_("écris une table, avec des clés et des valeurs"),
}
"""What is wrong with a value, by pydantic's own name for the fault."""


class Section(BaseModel):
    """A table of ``kpa.toml``; an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """Where a secret is: in an environment variable or in a file. Its value is never shown."""

    env: str = ""
    file: str = ""

    def read(self, root: Path) -> bytes:
        """Return the secret's bytes.

        Raises:
            Misuse: neither place holds it.
        """
        if self.env and os.environ.get(self.env):
            return os.environ[self.env].encode()
        if self.file:
            return _read_key(root / self.file, self.file)
        if self.env:
            raise Misuse(
                N_("La variable {name} est vide. Elle doit porter un secret."), name=self.env
            )
        raise Misuse(
            N_("Un secret n'a pas de place. Écris dans kpa.toml : {example}."),
            example='{file = "secrets/….key"}',
        )


def _read_key(path: Path, shown_as: str) -> bytes:
    try:
        found = path.read_bytes().strip()
    except OSError as error:
        raise Misuse(
            N_("Le secret {file!r} ne peut pas être lu. Remets le fichier en place."),
            file=shown_as,
        ) from error
    if not found:
        raise Misuse(
            N_("Le secret {file!r} est vide. Remets celui de la sauvegarde."), file=shown_as
        )
    return found


class Instance(Section):
    """Who this KPA is."""

    name: str = Field(min_length=1, max_length=80, description="Name of the KPA, as shown.")
    kind: str = Field(
        default="kpa",
        pattern="^(kpa|network)$",
        description="kpa, or network: a node without activities, invoices or shares.",
    )
    territory: str = Field(default="", max_length=80, description="Where it works.")
    timezone: str = Field(default="Europe/Paris", description="IANA time zone of its days.")
    locale: str = Field(default="fr", pattern="^(fr|en)$", description="Language shown first.")
    base_url: str = Field(default="http://127.0.0.1:8000", description="Address people type.")
    demo: bool = Field(default=False, description="Marks every page and paper as an example.")
    accent: str = Field(default="#8a2c4a", pattern="^#[0-9a-fA-F]{6}$", description="Main colour.")
    logo: str = Field(default="", description="Image file, from the instance's folder.")
    pitch: str = Field(default="", max_length=300, description="One sentence for visitors.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(N_("ce fuseau n'existe pas (exemple : Europe/Paris)")) from error
        return value

    @field_validator("name", "territory", "pitch")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        if not value.isprintable():  # it is shown in titles, and sent in the headers of mails
            raise ValueError(N_("écris-le sur une seule ligne"))
        return value

    @field_validator("base_url")
    @classmethod
    def _known_address(cls, value: str) -> str:
        if not ADDRESS.fullmatch(value):
            raise ValueError(N_("écris l'adresse que les gens tapent, en https://"))
        return value


class Database(Section):
    """Where the data is."""

    url: str = Field(default="sqlite:///data/kpa.sqlite3", description="SQLite or PostgreSQL.")


class Server(Section):
    """How ``kpa serve`` listens."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(default=2, ge=1, le=64, description="Web processes.")
    threads: int = Field(default=4, ge=1, le=64, description="Threads per web process.")
    body_limit_kib: int = Field(default=8192, ge=64, description="Largest request, in KiB.")
    proxies: int = Field(default=0, ge=0, le=3, description="Trusted proxies in front.")


class Mail(Section):
    """How e-mail leaves. With no host, messages wait in the list of people to tell."""

    host: str = Field(default="", description="SMTP server; empty: no e-mail.")
    port: int = Field(default=587, ge=1, le=65535, description="SMTP port.")
    tls: str = Field(default="starttls", pattern="^(starttls|tls|none)$", description="Encryption.")
    user: str = Field(default="", description="SMTP user.")
    password: Secret = Field(default=Secret(), description="SMTP password.")
    sender: str = Field(default="", description="From address.")


class Files(Section):
    """Limits for photos and papers."""

    quota_mib: int = Field(default=2048, ge=1, description="All files together, in MiB.")
    upload_mib: int = Field(default=8, ge=1, le=64, description="One file, in MiB.")


class Network(Section):
    """Which machines kpa may ask, besides those of the open Internet."""

    allow: tuple[str, ...] = Field(
        default=(), description="Machines of the local network, such as 192.168.1.20:8000."
    )


class Secrets(Section):
    """The instance's own keys, made by ``kpa new``."""

    session: Secret = Field(
        default=Secret(file="secrets/session.key"), description="Signs cookies."
    )
    data: Secret = Field(
        default=Secret(file="secrets/data.key"), description="Seals private fields."
    )


class _Environment(EnvSettingsSource):
    """The environment, which may set all but where the instance is: that is ``KPA_DIR``."""

    def __call__(self) -> dict[str, Any]:
        """Return what the environment says."""
        found = super().__call__()
        found.pop("root", None)
        return found


class Settings(BaseSettings):
    """All of ``kpa.toml``."""

    model_config = SettingsConfigDict(
        extra="forbid", env_prefix="KPA_", env_nested_delimiter="__", frozen=True
    )

    instance: Instance
    database: Database = Database()
    server: Server = Server()
    mail: Mail = Mail()
    files: Files = Files()
    network: Network = Network()
    secrets: Secrets = Secrets()
    plugins: tuple[str, ...] = Field(default=(), description="Plugins, in order.")
    plugin: dict[str, dict[str, Any]] = Field(default={}, description="One table per plugin.")
    root: Path = Field(default=Path(), description="The instance's folder; not a setting.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        return _Environment(settings_cls), init_settings

    @cached_property
    def data_key(self) -> bytes:
        """The key that seals private fields."""
        return self.secrets.data.read(self.root)


def find_root(start: Path | None = None) -> Path:
    """Return the instance's folder: ``KPA_DIR``, or the nearest one upward with a ``kpa.toml``.

    Raises:
        Misuse: there is none.
    """
    folder = Path(os.environ.get("KPA_DIR") or start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / FILE).is_file():
            return candidate
        if os.environ.get("KPA_DIR"):
            break
    raise Misuse(
        N_("Il n'y a pas de kpa.toml dans {folder}. Va dans le bon dossier, ou lance « kpa new »."),
        folder=str(folder),
    )


def read_settings(root: Path) -> Settings:
    """Read ``kpa.toml`` in ``root``.

    Raises:
        Misuse: it is missing, is not TOML, or holds a wrong value; the sentence names the key.
    """
    try:
        table = tomllib.loads((root / FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise Misuse(
            N_("Il n'y a pas de kpa.toml dans {folder}. Lance « kpa new »."), folder=str(root)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(
            N_("kpa.toml est mal écrit : {detail}. Corrige cette ligne."), detail=str(error)
        ) from error
    except OSError as error:
        raise Misuse(
            N_("kpa.toml ne peut pas être lu : {detail}."), detail=error.strerror or ""
        ) from error
    try:
        return Settings(**{**table, "root": root})
    except ValidationError as error:
        raise _fault(error) from error
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = f"KPA_{field[1]}".upper() if field else "KPA_…"
        raise Misuse(
            N_("La variable {name} est mal écrite. Écris du JSON, par exemple {example}."),
            name=name,
            example='["cape"]',
        ) from error


def _fault(error: ValidationError) -> Misuse:
    """Say the first fault: which key, in the file or in the environment, and what to write."""
    first = error.errors()[0]
    loc = [str(part) for part in first["loc"]]
    variable = "KPA_" + "__".join(loc).upper()
    by_environment = variable in {name.upper() for name in os.environ}
    what = FAULTS.get(first["type"], N_("cette valeur ne va pas"))
    if first["type"] == "value_error":
        what = str(first["ctx"]["error"])
    return Misuse(
        N_("{place}, {key} : {fault}."),
        place=variable if by_environment else FILE,
        key=".".join(loc),
        fault=KpaError(what, **first.get("ctx", {})),
    )


def shown(settings: Settings) -> dict[str, object]:
    """Return the settings as they may be shown: secrets appear as the place they are kept."""
    table = settings.model_dump(mode="json", exclude={"root"})
    return {name: _cleaned(value, name) for name, value in table.items()}


def _cleaned(value: object, name: str) -> object:
    if isinstance(value, dict):
        if value and set(value) <= {"env", "file"}:
            return value
        return {key: _cleaned(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item, name) for item in value]
    if value and any(word in name.lower() for word in HIDDEN):
        return "***"
    if isinstance(value, str):  # an address may carry a password before its @ or after its ?
        return (
            re.sub(r"\?.*", "?***", re.sub(r"//[^/]*@", "//***@", value))
            if "//" in value
            else value
        )
    return value

"""``kpa.toml`` and the environment, read into typed settings.

Order: the environment (``KPA_SERVER__PORT=8001``) wins over ``kpa.toml``. Secrets are never written
in it: they are named as ``{env = "NAME"}`` or ``{file = "secrets/session.key"}``.
"""

from __future__ import annotations

import os
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kpa_core.errors import N_, Misuse

FILE = "kpa.toml"


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
            try:
                return (root / self.file).read_bytes().strip()
            except OSError as error:
                raise Misuse(
                    N_("Le secret {file!r} ne peut pas être lu. Remets le fichier en place."),
                    file=self.file,
                ) from error
        raise Misuse(N_("Un secret manque dans kpa.toml. Écris {{env = …}} ou {{file = …}}."))


class Instance(Section):
    """Who this KPA is."""

    name: str = Field(min_length=1, max_length=80, description="Name of the KPA, as shown.")
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
            raise ValueError("unknown time zone") from error
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


class Secrets(Section):
    """The instance's own keys, made by ``kpa new``."""

    session: Secret = Field(
        default=Secret(file="secrets/session.key"), description="Signs cookies."
    )
    data: Secret = Field(
        default=Secret(file="secrets/data.key"), description="Seals private fields."
    )


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
        return env_settings, init_settings

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
        first = error.errors()[0]
        raise Misuse(
            N_("kpa.toml, {key} : {detail}. Corrige cette valeur."),
            key=".".join(str(part) for part in first["loc"]),
            detail=first["msg"],
        ) from error


def shown(settings: Settings) -> dict[str, object]:
    """Return the settings as they may be shown: secrets appear as the place they are kept."""
    hidden = ("secret", "key", "password", "token", "dsn")

    def clean(value: object, name: str = "") -> object:
        if isinstance(value, dict):
            places = set(value) <= {"env", "file"} and value
            return value if places else {key: clean(item, key) for key, item in value.items()}
        if any(word in name.lower() for word in hidden) and value:
            return "***"
        return value

    table = settings.model_dump(mode="json", exclude={"root"})
    url = settings.database.url
    if "@" in url:
        scheme, _, rest = url.partition("://")
        table["database"]["url"] = f"{scheme}://***@{rest.rpartition('@')[2]}"
    cleaned = clean(table)
    assert isinstance(cleaned, dict)
    return cleaned

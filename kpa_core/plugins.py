"""The plugin manager: one per instance, so that two KPAs in one process keep their own plugins.

A plugin is a class named in ``kpa.toml`` and found by its entry point in the group ``kpa.plugins``.
Whatever is wrong with it refuses that plugin, with one sentence, and the site runs without it.
"""

from __future__ import annotations

import dataclasses
import difflib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, ClassVar, Literal, TypeVar

import pluggy
from pydantic import TypeAdapter, ValidationError

from kpa_core import hookspecs
from kpa_core.errors import N_, KpaError, Misuse, PluginError
from kpa_core.watch import Watch

GROUP = "kpa.plugins"
API_VERSION = 1
log = logging.getLogger("kpa.plugins")
T = TypeVar("T")

StateName = Literal["loaded", "refused", "degraded", "stopped"]
STATE_LABELS: dict[StateName, str] = {
    "loaded": N_("chargé"),
    "refused": N_("refusé"),
    "degraded": N_("abîmé"),
    "stopped": N_("arrêté"),
}


class Plugin:
    """What a plugin's class starts from. The docstring's first line is the name people see."""

    name: ClassVar[str]
    api_version: ClassVar[int]
    requires: ClassVar[tuple[str, ...]] = ()
    Settings: ClassVar[type | None] = None

    def __init__(self, settings: Any = None) -> None:
        self.settings = settings

    @property
    def title(self) -> str:
        """The first line of the class's docstring, without its full stop."""
        return (type(self).__doc__ or self.name).strip().splitlines()[0].rstrip(".")


@dataclasses.dataclass
class State:
    """How a plugin is: ``loaded``, ``refused`` at start, ``degraded`` by errors, or ``stopped``."""

    name: str
    state: StateName
    reason: str = ""
    version: str = ""


class Plugins:
    """The plugins of one instance.

    ``strict`` lets a skipped hook's error through: tests must see what production hides.
    """

    def __init__(self, *, strict: bool = False, specs: Iterable[ModuleType] = ()) -> None:
        self.strict = strict
        self.states: dict[str, State] = {}
        self.changed: dict[str, State] = {}
        self._manager = pluggy.PluginManager("kpa")
        for module in (hookspecs, *specs):
            self._manager.add_hookspecs(module)
        self._active: dict[str, Plugin] = {}
        self._watch = Watch(self._too_slow)

    # --- loading ----------------------------------------------------------------------------------

    def load(self, names: Iterable[str], tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Load the named plugins in order; a bad one is refused with a sentence and left out."""
        offered = discover()
        for name in names:
            try:
                self.add(_import(name, offered), tables.get(name, {}))
                self.states[name].version = _version(offered[name][0])
            except KpaError as error:
                self.refuse(name, error)

    def add(self, plugin_class: type[Plugin], table: Mapping[str, Any] | None = None) -> None:
        """Make the one instance of a plugin's class and register its hooks.

        Raises:
            PluginError: wrong API number, wrong settings, missing requirement, unknown hook.
        """
        name = getattr(plugin_class, "name", plugin_class.__name__)
        _check_class(plugin_class, name)
        for needed in plugin_class.requires:
            if needed not in self._active:
                raise PluginError(
                    name, N_("il a besoin du module {needed!r}. Ajoute-le avant."), needed=needed
                )
        with _as_plugin_error(name, N_("il échoue au départ : {detail}")):
            plugin = plugin_class(_settings(plugin_class, name, table or {}))
        try:
            self._manager.register(plugin, name=name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.has_plugin(name) and self._active.get(name) is not plugin:
                self._manager.unregister(name=name)
            raise PluginError(
                name, N_("un crochet n'est pas connu : {detail}"), detail=_on_one_line(error)
            ) from error
        self._active[name] = plugin
        self.states[name] = State(name, "loaded")

    def refuse(self, name: str, error: KpaError) -> None:
        """Leave a plugin out, for a reason people can read."""
        self._active.pop(name, None)
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)
        self._mark(name, "refused", str(error))

    # --- asking -----------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the plugins that answer now."""
        return [name for name in self._active if self.is_active(name)]

    def hearing(self, hook: str) -> list[str]:
        """Return the plugins that implement ``hook``, the stopped ones too."""
        _spec_of(self._manager, hook)
        found = getattr(self._manager.hook, hook).get_hookimpls()
        return [name for name in self._active if name in {one.plugin_name for one in found}]

    def get(self, name: str) -> Plugin | None:
        """Return the plugin's one instance, if it is loaded."""
        return self._active.get(name)

    def is_active(self, name: str) -> bool:
        """Tell whether the plugin is loaded and not stopped."""
        return name in self._active and self.states[name].state in ("loaded", "degraded")

    def collect(self, hook: str, **arguments: Any) -> Iterator[tuple[str, list[Any]]]:
        """Ask one plugin after another; yield each one's name and its answers.

        Raises:
            PluginError: an implementation failed and the hook's contract says ``raise``.
        """
        for name in self.names():
            answers = self.ask_or_skip(name, hook, **arguments)
            if answers is not None:
                yield name, answers

    def ask_or_skip(self, name: str, hook: str, **arguments: Any) -> list[Any] | None:
        """Ask one plugin; None when it failed and the hook's contract says ``skip``.

        Raises:
            PluginError: it failed and the contract says ``raise``.
        """
        spec = _spec_of(self._manager, hook)
        try:
            return self._ask(name, hook, spec, arguments)
        except KpaError as error:
            stops = spec.on_error == "raise"
            if isinstance(error, PluginError) or not stops:
                self._mark(name, "degraded", str(error), at_least=True)
            if stops or self.strict:
                raise
            return None

    def guarded(self, name: str, what: str, call: Callable[[], T]) -> T:
        """Call a plugin's code that is no hook, such as a rule it brought, watched as a hook is.

        Raises:
            PluginError: it failed; the plugin is named.
            KpaError: a sentence of its own, or of the core.
        """
        try:
            with self._guard(name, what):
                return call()
        except PluginError as error:
            self._mark(name, "degraded", str(error), at_least=True)
            raise

    @contextmanager
    def _guard(self, name: str, what: str) -> Iterator[None]:
        message = N_("« {hook} » a échoué : {detail}")
        with (
            self._watch.over(name, what) as call,
            _as_plugin_error(name, message, hook=what, stop=self._stop),
        ):
            yield
        if call.greedy:
            # Another thread may have taken it: the plugin is named and goes on.
            grown = f"« {what} » : {call.grown_mib} Mio de mémoire en plus pendant l'appel"
            self._mark(name, "degraded", grown, at_least=True)

    def _ask(self, name: str, hook: str, spec: Any, arguments: Mapping[str, Any]) -> list[Any]:
        others = [plugin for key, plugin in self._active.items() if key != name]
        caller = self._manager.subset_hook_caller(hook, remove_plugins=others)
        if not caller.get_hookimpls():  # most plugins answer few hooks: there is nobody to watch
            return []
        with self._guard(name, hook):
            # A generator runs inside the guard, or its error would escape it.
            answers = [_listed(name, hook, spec.each, one) for one in caller(**arguments)]
        return [item for answer in answers for item in answer]

    # --- states -----------------------------------------------------------------------------------

    def apply(self, stored: Mapping[str, State]) -> None:
        """Take over what other processes found out; a plugin given another chance is back."""
        for name in self._active:
            if name not in self.changed:
                state = stored.get(name, State(name, "loaded"))
                self.states[name] = dataclasses.replace(state, version=self.states[name].version)

    def _too_slow(self, name: str, hook: str, stack: str) -> None:
        log.error("plugin %s: %s takes more than 5 s\n%s", name, hook, stack)
        self._stop(name, f"« {hook} » dure plus de 5 secondes")

    def _stop(self, name: str, reason: str) -> None:
        self._mark(name, "stopped", reason)

    def _mark(self, name: str, state: StateName, reason: str, *, at_least: bool = False) -> None:
        known = self.states.get(name)
        if at_least and known is not None and known.state == "stopped":
            return
        log.error("plugin %s: %s: %s", name, state, reason)
        if known is not None and (known.state, known.reason) == (state, reason):
            return
        self.states[name] = State(name, state, reason, known.version if known else "")
        if state != "refused":  # each process finds that out by itself, when it opens
            self.changed[name] = self.states[name]


def discover(group: str = GROUP) -> dict[str, list[EntryPoint]]:
    """Return every plugin installed on this machine, by name; nothing is imported."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, []).append(point)
    return found


def import_offered(name: str, group: str = GROUP) -> Any:
    """Return what a plugin names in a group of entry points.

    Raises:
        PluginError: it is not installed, two packages offer it, or it cannot be imported.
    """
    return _import(name, discover(group))


def _import(name: str, offered: Mapping[str, list[EntryPoint]]) -> type[Plugin]:
    if name not in offered:
        near = difflib.get_close_matches(name, offered, n=1)
        if near:
            raise PluginError(
                name, N_("il n'est pas installé. Voulais-tu dire {near!r} ?"), near=near[0]
            )
        raise PluginError(name, N_("il n'est pas installé. Retire-le de kpa.toml ou installe-le."))
    if len(offered[name]) > 1:
        places = sorted(str(point.dist.name if point.dist else "?") for point in offered[name])
        raise PluginError(
            name,
            N_("deux paquets l'offrent ({places}). Désinstalle celui que tu ne connais pas."),
            places=", ".join(places),
        )
    with _as_plugin_error(name, N_("il ne peut pas être importé : {detail}")):
        loaded = offered[name][0].load()
    return loaded  # type: ignore[no-any-return]


def _check_class(plugin_class: type[Plugin], name: str) -> None:
    if not (isinstance(plugin_class, type) and issubclass(plugin_class, Plugin)):
        raise PluginError(name, N_("ce n'est pas une classe Plugin."))
    number = getattr(plugin_class, "api_version", None)
    if number != API_VERSION:
        raise PluginError(
            name,
            N_("il est fait pour l'API {theirs}, ce kpa a l'API {ours}. Prends une autre version."),
            theirs=number,
            ours=API_VERSION,
        )


def _settings(plugin_class: type[Plugin], name: str, table: Mapping[str, Any]) -> Any:
    if plugin_class.Settings is None:
        if table:
            raise PluginError(name, N_("il n'a pas de réglages. Vide [plugin.{name}]."), name=name)
        return None
    known = {field.name for field in dataclasses.fields(plugin_class.Settings)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise PluginError(
            name, N_("le réglage {key!r} n'existe pas. Corrige kpa.toml."), key=unknown[0]
        )
    try:
        return TypeAdapter(plugin_class.Settings).validate_python(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
        raise PluginError(
            name,
            N_("le réglage {key} est faux : {detail}."),
            key=".".join(map(str, first["loc"])),
            detail=first["msg"],
        ) from error


def _spec_of(manager: pluggy.PluginManager, hook: str) -> Any:
    caller = getattr(manager.hook, hook, None)
    if caller is None or caller.spec is None:
        raise Misuse(N_("Le crochet {hook!r} n'existe pas."), hook=hook)
    return caller.spec.function


def _listed(name: str, hook: str, each: type | None, answer: object) -> list[Any]:
    if each is None:
        return list(answer) if isinstance(answer, list | tuple) else [answer]
    items: list[Any] = list(answer)  # type: ignore[call-overload]
    for item in items:
        if not isinstance(item, each):
            raise PluginError(
                name,
                N_("« {hook} » a rendu {got} au lieu de {wanted}."),
                hook=hook,
                got=type(item).__name__,
                wanted=each.__name__,
            )
    return items


class _as_plugin_error:
    """Turn whatever a plugin raises, ``SystemExit`` too, into an error that names it."""

    def __init__(
        self,
        name: str,
        message: str,
        *,
        stop: Callable[[str, str], None] | None = None,
        **params: Any,
    ) -> None:
        self.name, self.message, self.stop, self.params = name, message, stop, params

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, PluginError):
            return
        if isinstance(error, KpaError) and self.stop is not None:
            return  # a refusal of the core, or a plugin's own sentence: ask_or_skip decides
        if self.stop is not None and not isinstance(error, Exception):
            self.stop(self.name, f"{type(error).__name__}")
        raise PluginError(
            self.name, self.message, detail=_on_one_line(error), **self.params
        ) from error


def _on_one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist else ""

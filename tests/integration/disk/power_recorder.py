"""Record what a process writes, and what it asks the disk to keep, in the order it happens.

SQLite is heard through a VFS laid over its own: every write, truncation, sync and removal. What
Python writes itself (the store of files) is heard at ``os.fsync``, ``os.replace``, ``os.mkdir`` and
their like: bytes nobody synced need no record, they are what a power cut takes away. Records of all
processes go to one file, each by one ``write`` in append mode, so their order is the real one.
"""

from __future__ import annotations

import itertools
import os
import pickle
import sqlite3
import stat
import struct

from sqlite_disk import Beside, SqliteDisk

_log = -1
_root = ""


def tell(*record: object) -> None:
    """Append one record; also for the trial's own words, such as what was acknowledged."""
    os.write(_log, _bytes(record))


def note(log: os.PathLike[str], *record: object) -> None:
    """Append one record from a process that is not recorded itself."""
    with open(log, "ab", buffering=0) as out:
        out.write(_bytes(record))


def _bytes(record: tuple[object, ...]) -> bytes:
    body = pickle.dumps(record)
    return struct.pack("<I", len(body)) + body


def install(log: str, root: str, defect: str) -> None:
    global _log, _root
    _log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    _root = os.path.realpath(root) + os.sep
    SqliteDisk(Recorder()).lay()
    _over_python(defect)
    if defect == "normal":
        _half_synced()


# --- SQLite ---------------------------------------------------------------------------------------


class Recorder(Beside):
    """Writes down what SQLite does to the files of the instance."""

    def __init__(self) -> None:
        self.numbers = itertools.count()

    def created(self, path):
        if path.startswith(_root):
            tell("create", path)

    def wrote(self, path, offset, data):
        if path.startswith(_root):
            tell("write", path, offset, data)

    def truncated(self, path, size):
        if path.startswith(_root):
            tell("truncate", path, size)

    def syncing(self, path):
        """Note that a sync begins: it keeps what was written before now."""
        number = os.getpid(), next(self.numbers)
        if path.startswith(_root):
            tell("syncing", number, path)
        return number

    def synced(self, path, asked, *, folder_too):
        if path.startswith(_root):
            tell("synced", asked)
            if folder_too:
                tell("folder", os.path.dirname(path), [os.path.basename(path)])

    def removed(self, path, *, folder_too):
        if path.startswith(_root):
            tell("unlink", path)
            if folder_too:
                tell("folder", os.path.dirname(path), _listing(os.path.dirname(path)))


# --- Python's own files ---------------------------------------------------------------------------


def _over_python(defect: str) -> None:
    really_sync, really_make = os.fsync, os.mkdir

    def fsync(place):
        handle = place if isinstance(place, int) else place.fileno()
        path = os.readlink(f"/proc/self/fd/{handle}")
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        if defect == "files" or (defect == "folders" and is_folder):
            return
        names = _listing(path) if is_folder else []
        data = b"" if is_folder or not path.startswith(_root) else _whole(handle)
        really_sync(handle)
        if (path + os.sep).startswith(_root):
            tell("folder", path, names) if is_folder else tell("content", path, data)

    def mkdir(path, mode=0o777, **more):
        really_make(path, mode, **more)
        if os.path.abspath(path).startswith(_root):
            tell("mkdir", os.path.abspath(path))

    def moving(really):
        def move(old, new, **more):
            really(old, new, **more)
            if os.path.abspath(new).startswith(_root):
                tell("rename", os.path.abspath(old), os.path.abspath(new))

        return move

    def removing(really):
        def remove(path, **more):
            really(path, **more)
            if os.path.abspath(path).startswith(_root):
                tell("unlink", os.path.abspath(path))

        return remove

    os.fsync, os.mkdir = fsync, mkdir
    os.replace, os.rename = moving(os.replace), moving(os.rename)
    os.unlink, os.remove = removing(os.unlink), removing(os.remove)


def _whole(handle: int) -> bytes:
    return os.pread(handle, os.fstat(handle).st_size, 0) if _readable(handle) else _reopened(handle)


def _readable(handle: int) -> bool:
    import fcntl

    return fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY


def _reopened(handle: int) -> bytes:
    with open(f"/proc/self/fd/{handle}", "rb") as same:
        return same.read()


def _listing(folder: str) -> list[str]:
    return os.listdir(folder)


def _half_synced() -> None:
    """Plant the mistake of ``synchronous=NORMAL``: commits wait for no sync of the journal."""

    really = sqlite3.dbapi2.connect

    def connect(*arguments, factory=sqlite3.Connection, **more):
        class Connection(factory):
            def execute(self, sql, *more):
                return super().execute(sql.replace("synchronous=FULL", "synchronous=NORMAL"), *more)

        return really(*arguments, **{"factory": Connection, **more})

    sqlite3.connect = sqlite3.dbapi2.connect = connect

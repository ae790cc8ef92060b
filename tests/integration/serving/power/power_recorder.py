"""Record what a process writes, and what it asks the disk to keep, in the order it happens.

SQLite is heard through a VFS laid over its own: every write, truncation, sync and removal. What
Python writes itself (the store of files) is heard at ``os.fsync``, ``os.replace``, ``os.mkdir`` and
their like: bytes nobody synced need no record, they are what a power cut takes away. Records of all
processes go to one file, each by one ``write`` in append mode, so their order is the real one.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import os
import pickle
import sqlite3
import stat
import struct
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast

OPEN_CREATE, OPEN_WAL, OPEN_JOURNAL = 0x4, 0x80000, 0x800
IO_METHODS = (  # in SQLite's own order
    "xClose xRead xWrite xTruncate xSync xFileSize xLock xUnlock xCheckReservedLock xFileControl "
    "xSectorSize xDeviceCharacteristics xShmMap xShmLock xShmBarrier xShmUnmap xFetch xUnfetch"
)
VFS_METHODS = (
    "xOpen xDelete xAccess xFullPathname xDlOpen xDlError xDlSym xDlClose xRandomness xSleep "
    "xCurrentTime xGetLastError xCurrentTimeInt64 xSetSystemCall xGetSystemCall xNextSystemCall"
)


class IoMethods(Structure):
    _fields_ = [("iVersion", c_int), *((name, c_void_p) for name in IO_METHODS.split())]


class Vfs(Structure):
    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        *((name, c_void_p) for name in VFS_METHODS.split()),
    ]


CLOSE = CFUNCTYPE(c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)

_log = -1
_root = ""
_kept: list[object] = []  # what C points to must not be collected
_methods: dict[int, IoMethods] = {}
_files: dict[int, tuple[str, bool]] = {}


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
    _over_sqlite()
    _over_python(defect)
    if defect == "normal":
        _half_synced()


# --- SQLite ---------------------------------------------------------------------------------------


def _over_sqlite() -> None:
    library = ctypes.CDLL(_sqlite3.__file__)  # the very library this Python's sqlite3 calls
    library.sqlite3_vfs_find.restype = POINTER(Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    library.sqlite3_initialize()
    below = library.sqlite3_vfs_find(None)
    over = Vfs()
    ctypes.memmove(ctypes.byref(over), below, ctypes.sizeof(Vfs))
    really_open, really_delete = OPEN(below.contents.xOpen), DELETE(below.contents.xDelete)

    def open_file(_vfs, name, file, flags, out):
        path = os.fsdecode(cast(name, c_char_p).value) if name else ""
        is_new = bool(flags & OPEN_CREATE) and not os.path.exists(path)
        told = really_open(cast(below, c_void_p).value, name, file, flags, out)
        if told == 0 and path.startswith(_root) and not path.endswith("-shm"):
            if is_new:
                tell("create", path)
            # SQLite syncs the folder at the first sync of a journal it was to create.
            _files[file] = path, bool(flags & (OPEN_WAL | OPEN_JOURNAL))
            _record(file)
        return told

    def delete_file(_vfs, name, folder_too):
        told, path = really_delete(cast(below, c_void_p).value, name, folder_too), os.fsdecode(name)
        if told == 0 and path.startswith(_root):
            tell("unlink", path)
            if folder_too:
                tell("folder", os.path.dirname(path), _listing(os.path.dirname(path)))
        return told

    opening, deleting = OPEN(open_file), DELETE(delete_file)
    over.zName = b"recorded"
    over.xOpen, over.xDelete = cast(opening, c_void_p).value, cast(deleting, c_void_p).value
    _kept.extend([library, over, opening, deleting, really_open, really_delete])
    assert library.sqlite3_vfs_register(ctypes.byref(over), 1) == 0


def _record(file: int) -> None:
    """Have an open file answer through us from now on."""
    place = cast(file, POINTER(c_void_p))
    below = place[0]
    if below not in _methods:
        _methods[below] = _heard(cast(below, POINTER(IoMethods)).contents)
    place[0] = ctypes.addressof(_methods[below])


def _heard(below: IoMethods) -> IoMethods:
    over = IoMethods()
    ctypes.memmove(ctypes.byref(over), ctypes.byref(below), ctypes.sizeof(IoMethods))
    really_close, really_write = CLOSE(below.xClose), WRITE(below.xWrite)
    really_truncate, really_sync = TRUNCATE(below.xTruncate), SYNC(below.xSync)

    def close(file):
        _files.pop(file, None)
        return really_close(file)

    def write(file, data, count, offset):
        told = really_write(file, data, count, offset)
        if told == 0:
            tell("write", _files[file][0], offset, ctypes.string_at(data, count))
        return told

    def truncate(file, size):
        told = really_truncate(file, size)
        if told == 0:
            tell("truncate", _files[file][0], size)
        return told

    def sync(file, flags):
        path, folder_too = _files[file]
        number = _begin(path)
        told = really_sync(file, flags)
        if told == 0:
            tell("synced", number)
            if folder_too:
                tell("folder", os.path.dirname(path), [os.path.basename(path)])
        return told

    made = CLOSE(close), WRITE(write), TRUNCATE(truncate), SYNC(sync)
    for name, one in zip(("xClose", "xWrite", "xTruncate", "xSync"), made, strict=True):
        setattr(over, name, cast(one, c_void_p).value)
    _kept.extend([made, really_close, really_write, really_truncate, really_sync])
    return over


_begun = 0


def _begin(path: str) -> tuple[int, int]:
    """Note that a sync begins: it keeps what was written before now."""
    global _begun
    _begun += 1
    number = os.getpid(), _begun
    tell("syncing", number, path)
    return number


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

    class Connection(sqlite3.Connection):
        def execute(self, sql, *more):
            return super().execute(sql.replace("synchronous=FULL", "synchronous=NORMAL"), *more)

    really = sqlite3.dbapi2.connect

    def connect(*arguments, **more):
        return really(*arguments, **{"factory": Connection, **more})

    sqlite3.connect = sqlite3.dbapi2.connect = connect

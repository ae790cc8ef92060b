"""SQLite's own disk, with somebody beside it who hears and may refuse what is written.

A VFS laid over the one of the very library this Python's ``sqlite3`` calls: nothing is compiled and
nothing is mounted, so it works wherever the tests do.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import os
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

_forever: list[object] = []
"""What C points to: a connection may outlive who opened it."""


class Beside:
    """Hears what SQLite does to its files; this one lets everything pass."""

    def refuse(self, what: str, path: str) -> int:
        """Return SQLite's code for a failure of ``create``, ``write`` or ``sync``, or 0."""
        return 0

    def created(self, path: str) -> None: ...

    def wrote(self, path: str, offset: int, data: bytes) -> None: ...

    def truncated(self, path: str, size: int) -> None: ...

    def syncing(self, path: str) -> object: ...

    def synced(self, path: str, asked: object, *, folder_too: bool) -> None: ...

    def removed(self, path: str, *, folder_too: bool) -> None: ...


class SqliteDisk:
    """The VFS; connections opened while it is :meth:`laid` go through it until they close."""

    def __init__(self, beside: Beside) -> None:
        self.beside = beside
        self.files: dict[int, tuple[str, bool]] = {}
        self.methods: dict[int, IoMethods] = {}
        self.library = ctypes.CDLL(_sqlite3.__file__)
        self.library.sqlite3_vfs_find.restype = POINTER(Vfs)
        self.library.sqlite3_vfs_find.argtypes = [c_char_p]
        self.library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
        self.library.sqlite3_vfs_unregister.argtypes = [c_void_p]
        self.library.sqlite3_initialize()
        self.below = self.library.sqlite3_vfs_find(None)
        self.over = Vfs()
        ctypes.memmove(ctypes.byref(self.over), self.below, ctypes.sizeof(Vfs))
        self.really_open = OPEN(self.below.contents.xOpen)
        self.really_delete = DELETE(self.below.contents.xDelete)
        opening, deleting = OPEN(self._open), DELETE(self._delete)
        self.over.zName = b"beside"
        self.over.xOpen = cast(opening, c_void_p).value
        self.over.xDelete = cast(deleting, c_void_p).value
        _forever.extend([self, opening, deleting])

    def lay(self) -> None:
        """Have every new connection go through here."""
        assert self.library.sqlite3_vfs_register(ctypes.byref(self.over), 1) == 0

    def lift(self) -> None:
        """Leave new connections alone again."""
        assert self.library.sqlite3_vfs_unregister(ctypes.byref(self.over)) == 0
        assert self.library.sqlite3_vfs_register(self.below, 1) == 0

    def _open(self, _vfs, name, file, flags, out):
        path = os.fsdecode(cast(name, c_char_p).value) if name else ""
        is_new = bool(flags & OPEN_CREATE) and not os.path.exists(path)
        ours = bool(path) and not path.endswith("-shm")
        if ours and is_new and (refused := self.beside.refuse("create", path)):
            cast(file, POINTER(c_void_p))[0] = None  # not open: SQLite must not close it
            return refused
        told = self.really_open(cast(self.below, c_void_p).value, name, file, flags, out)
        if told == 0 and ours:
            if is_new:
                self.beside.created(path)
            # SQLite syncs the folder at the first sync of a journal it was to create.
            self.files[file] = path, bool(flags & (OPEN_WAL | OPEN_JOURNAL))
            self._hear(file)
        return told

    def _delete(self, _vfs, name, folder_too):
        told = self.really_delete(cast(self.below, c_void_p).value, name, folder_too)
        if told == 0:
            self.beside.removed(os.fsdecode(name), folder_too=bool(folder_too))
        return told

    def _hear(self, file: int) -> None:
        """Have an open file answer through us from now on."""
        place = cast(file, POINTER(c_void_p))
        below = place[0]
        if below not in self.methods:
            self.methods[below] = self._heard(cast(below, POINTER(IoMethods)).contents)
        place[0] = ctypes.addressof(self.methods[below])

    def _heard(self, below: IoMethods) -> IoMethods:
        over, beside, files = IoMethods(), self.beside, self.files
        ctypes.memmove(ctypes.byref(over), ctypes.byref(below), ctypes.sizeof(IoMethods))
        really_close, really_write = CLOSE(below.xClose), WRITE(below.xWrite)
        really_truncate, really_sync = TRUNCATE(below.xTruncate), SYNC(below.xSync)

        def close(file):
            files.pop(file, None)
            return really_close(file)

        def write(file, data, count, offset):
            path = files[file][0]
            told = beside.refuse("write", path) or really_write(file, data, count, offset)
            if told == 0:
                beside.wrote(path, offset, ctypes.string_at(data, count))
            return told

        def truncate(file, size):
            told = really_truncate(file, size)
            if told == 0:
                beside.truncated(files[file][0], size)
            return told

        def sync(file, flags):
            path, folder_too = files[file]
            asked = beside.syncing(path)
            told = beside.refuse("sync", path) or really_sync(file, flags)
            if told == 0:
                beside.synced(path, asked, folder_too=folder_too)
            return told

        made = CLOSE(close), WRITE(write), TRUNCATE(truncate), SYNC(sync)
        for name, one in zip(("xClose", "xWrite", "xTruncate", "xSync"), made, strict=True):
            setattr(over, name, cast(one, c_void_p).value)
        _forever.extend([made, really_close, really_write, really_truncate, really_sync])
        return over

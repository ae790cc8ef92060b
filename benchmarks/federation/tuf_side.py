"""python-tuf on the same records: one targets role, one target per record; in the peers' place.

tuf_side.py make FOLDER RECORDS.json     write the repository, signed with four keys
tuf_side.py serve FOLDER PORT            serve it
tuf_side.py pull REPOSITORY FOLDER PORT NAMES.json   refresh, then fetch these targets
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from securesystemslib.signer import CryptoSigner, Signer
from tuf.api import metadata as m
from tuf.ngclient import Updater, UpdaterConfig

ROLES = ("root", "timestamp", "snapshot", "targets")


def make(folder: Path, records: Path) -> None:
    """Write the next version of everything."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets").mkdir(exist_ok=True)
    signers = {role: _signer(folder, role) for role in ROLES}
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    kept = folder / "known.json"
    known = json.loads(kept.read_text()) if kept.exists() else {"version": 0, "records": {}}
    known["version"] += 1
    version = known["version"]
    for name, body in json.loads(records.read_text()).items():
        data = body.encode()
        digest = sha256(data).hexdigest()
        (folder / "targets" / f"{digest}.{name}").write_bytes(data)
        known["records"][name] = [digest, len(data)]
    kept.write_text(json.dumps(known))
    root = m.Root(1, expires=until, consistent_snapshot=True)
    for role in ROLES:
        root.add_key(signers[role].public_key, role)
    targets = m.Targets(version, expires=until)
    targets.targets = {
        name: m.TargetFile(size, {"sha256": digest}, name)
        for name, (digest, size) in known["records"].items()
    }
    snapshot = m.Snapshot(version, expires=until, meta={"targets.json": m.MetaFile(version)})
    timestamp = m.Timestamp(version, expires=until, snapshot_meta=m.MetaFile(version))
    for role, signed in zip(ROLES, (root, timestamp, snapshot, targets), strict=True):
        if role == "root" and version > 1:
            continue
        made = m.Metadata(signed)
        made.sign(signers[role])
        name = "timestamp.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        made.to_file(str(folder / name))


def _signer(folder: Path, role: str) -> Signer:
    path = folder / f"{role}.key"
    if not path.exists():
        signer = CryptoSigner.generate_ed25519()
        path.write_bytes(signer.private_bytes)
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return CryptoSigner(load_pem_private_key(path.read_bytes(), None))


class Quiet(SimpleHTTPRequestHandler):
    """Files, over lines that stay open, without waiting to fill a packet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_answer: object) -> None:
        """Say nothing."""


def serve(folder: Path, port: int) -> None:
    """Serve the repository until told to stop."""
    handler = partial(Quiet, directory=str(folder))
    ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()


def pull(repository: Path, folder: Path, port: int, names: Path) -> None:
    """Refresh the metadata and fetch these targets; print what it cost."""
    wanted = json.loads(names.read_text())
    for one in ("metadata", "targets"):
        (folder / one).mkdir(parents=True, exist_ok=True)
    root = (repository / "1.root.json").read_bytes()
    checked = [0]
    verify = m.Key.verify_signature

    def count(key: m.Key) -> None:
        def one(self: m.Key, *more: object) -> None:
            checked[0] += 1
            verify(self, *more)

        key.verify_signature = one

    for kind in {type(_signer(repository, role).public_key) for role in ROLES}:
        verify = kind.verify_signature
        count(kind)
    cpu, start = time.process_time(), time.perf_counter()
    base = f"http://127.0.0.1:{port}/"
    config = UpdaterConfig(targets_max_length=64 * 2**20)
    updater = Updater(
        str(folder / "metadata"),
        base,
        str(folder / "targets"),
        base + "targets/",
        bootstrap=root,
        config=config,
    )
    updater.refresh()
    for name in wanted:
        updater.download_target(updater.get_targetinfo(name))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "signatures": checked[0],
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "serve":
        serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        pull(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))

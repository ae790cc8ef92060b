"""Make the vectors of the protocol, one JSON file per scene; ``--check`` compares and writes none.

Run: python federation/make_vectors.py
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "vectors"
sys.path.insert(0, str(HERE / "tests"))


def vectors():
    """Return the text of each vector by its file's name."""
    from vector_scenes import MADE, entries, forks, identity, lines, notes, sections

    assert {entries, forks, identity, lines, notes, sections}  # importing makes the scenes
    return {f"{name}.json": written(make) for name, make in sorted(MADE.items())}


def written(make):
    """Return a vector's text: what it shows first, what must come out last."""
    vector = {"comment": inspect.getdoc(make), **make()}
    vector["expect"] = vector.pop("expect")
    return json.dumps(vector, indent=1, ensure_ascii=False) + "\n"


def main(check):
    """Write the vectors, or say which differ; return the exit status."""
    made = vectors()
    kept = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    other = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    if check:
        print("\n".join(other) or f"{len(made)} vectors are as they are made")
        return 1 if other else 0
    FOLDER.mkdir(exist_ok=True)
    for name in other:
        if name in made:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"{len(made)} vectors, {len(other)} of them new, changed or gone")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))

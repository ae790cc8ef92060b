"""The small files beside the database are whole, each with its own bytes, whoever writes."""

from __future__ import annotations

import json
import multiprocessing

import pytest

from kpa_core.errors import Unavailable
from kpa_federation.own import head, mark

ROUNDS = 60


def _write(root, path, said):
    for _ in range(ROUNDS):
        head.write_file(root / path, said)


def test_two_processes_never_give_a_file_the_bytes_of_another(tmp_path):
    (tmp_path / "data").mkdir()
    said = {
        head.HEAD: json.dumps({"root": "00" * 32, "size": 7}).encode(),
        mark.ASKED: json.dumps({"start": "open", "more": "x" * 500}).encode(),
    }
    for path, data in said.items():
        head.write_file(tmp_path / path, data)
    forked = multiprocessing.get_context("spawn")
    writers = [forked.Process(target=_write, args=(tmp_path, *one)) for one in said.items()]
    for one in writers:
        one.start()
    while any(one.is_alive() for one in writers):
        for path, data in said.items():
            assert (tmp_path / path).read_bytes() == data
    for one in writers:
        one.join()
        assert one.exitcode == 0
    assert {one.name for one in (tmp_path / "data").iterdir()} == {one.name for one in said}


def test_nothing_is_left_of_what_could_not_be_written(tmp_path):
    path = tmp_path / "data" / "federation.head"
    path.mkdir(parents=True)  # a folder is in its place
    with pytest.raises(OSError, match=r"federation\.head"):
        head.write_file(path, b"x")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("said", ["", "{", "[]", "7", '{"size": 1}', '{"root": "zz", "size": 1}'])
def test_a_damaged_head_is_said_in_a_sentence(tmp_path, said):
    head.write_file(tmp_path / head.HEAD, said.encode())
    with pytest.raises(Unavailable, match="abîmé"):
        head.last_head(tmp_path)

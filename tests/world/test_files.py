"""A saved world comes back exactly, has the same bytes every time, and damage is refused."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import worlds
from upperhand.core.errors import WorldError
from upperhand.world import files
from upperhand.world.files import read_world, save_world, world_bytes
from upperhand.world.toy import toy_world


@given(worlds())
def test_a_world_that_is_saved_and_read_is_the_same(world):
    assert world_bytes(world) == world_bytes(world)
    with zipfile.ZipFile(io.BytesIO(world_bytes(world))) as archive:
        again = files._from_archive(archive)
    assert again.fingerprint == world.fingerprint
    assert again.card == world.card


def test_card_and_names_survive(tmp_path):
    world = toy_world()
    again = read_world(save_world(world, tmp_path / "toy.npz"))
    assert (again.card, again.country_names, again.year) == (
        world.card,
        world.country_names,
        world.year,
    )


def test_members_have_a_fixed_time_stamp_and_are_not_compressed():
    with zipfile.ZipFile(io.BytesIO(world_bytes(toy_world()))) as archive:
        stamps = {info.date_time for info in archive.infolist()}
        kinds = {info.compress_type for info in archive.infolist()}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}
    assert kinds == {zipfile.ZIP_STORED}


def rewritten(change):
    """Return the bytes of the toy world after `change` has altered its members."""
    with zipfile.ZipFile(io.BytesIO(world_bytes(toy_world()))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pickled(members):
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    members["trade.npy"] = buffer.getvalue()


def other_format(members):
    members["meta.json"] = members["meta.json"].replace(b"upperhand-world-1", b"upperhand-world-9")


def cut_short(members):
    members["trade.npy"] = members["trade.npy"][:-8]


def huge_header(members):
    members["trade.npy"] = members["trade.npy"].replace(b"(3, 3, 2)", b"(9, 9,99)")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01binary", "not a saved world"),
        (b"PK\x03\x04 but no archive", "not a saved world"),
        (world_bytes(toy_world())[:-200], "not a saved world"),
        (rewritten(pickled), "not a saved world"),
        (rewritten(other_format), "format 'upperhand-world-9'"),
        (rewritten(cut_short), "an array is cut short"),
        (rewritten(huge_header), "not a saved world"),
        (rewritten(lambda members: members.pop("meta.json")), "not a saved world"),
        (rewritten(lambda members: members.pop("tariff.npy")), "fingerprint"),
        (rewritten(lambda members: members.update({"meta.json": b"[]"})), "not a saved world"),
        (rewritten(lambda members: members.update({"meta.json": b"\xff"})), "not a saved world"),
    ],
)
def test_a_damaged_file_is_refused_in_words(tmp_path, content, expected):
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(WorldError) as caught:
        read_world(path)
    assert expected in str(caught.value)
    assert "bad.npz" in str(caught.value)


def meta_with(**changed):
    def change(members):
        members["meta.json"] = json.dumps({**json.loads(members["meta.json"]), **changed}).encode()

    return change


@pytest.mark.parametrize(
    "changed",
    [
        {"year": 1e999},
        {"year": "soon"},
        {"countries": None},
        {"countries": ["X"] * 5000},
        {"country_names": [1, 2]},
        {"card": 5},
        {"countries": [["USA"], "CHN", "VNM"]},
    ],
)
def test_forged_labels_are_refused(tmp_path, changed):
    path = tmp_path / "forged.npz"
    path.write_bytes(rewritten(meta_with(**changed)))
    with pytest.raises(WorldError):
        read_world(path)


GOOD = world_bytes(toy_world())


@settings(max_examples=200)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_flipped_byte_gives_a_sound_world_or_one_error(place, byte):
    """The checksum of each member finds most of them; the checks of the world the rest."""
    content = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flipped.npz"
        path.write_bytes(content)
        try:
            world = read_world(path)
        except WorldError:
            return
    assert world.fingerprint == toy_world().fingerprint


def test_a_card_that_json_cannot_hold_is_refused_before_anything_is_written(tmp_path):
    world = replace(toy_world(), card={"a": object()})
    with pytest.raises(WorldError, match="its card cannot be saved"):
        save_world(world, tmp_path / "w.npz")
    assert not list(tmp_path.iterdir())


def test_a_saved_world_with_faulty_numbers_is_refused(tmp_path):
    def negative(members):
        good = members["trade.npy"]
        members["trade.npy"] = good[:-8] + np.array([-1.0], dtype="<f8").tobytes()
        meta_with(fingerprint=faulty.fingerprint)(members)

    trade = np.array(toy_world().trade)
    trade.flat[-1] = -1.0
    faulty = replace(toy_world(), trade=trade)

    path = tmp_path / "bad.npz"
    path.write_bytes(rewritten(negative))
    with pytest.raises(WorldError, match="trade of VNM/VNM/SERV is -1"):
        read_world(path)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    path = tmp_path / "large.npz"
    path.write_bytes(b"x" * 11)
    with pytest.raises(WorldError, match="11 bytes; allowed: at most 10"):
        read_world(path)


def test_a_compressed_member_is_refused(tmp_path):
    """A small archive cannot unfold to a large one."""
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.json", b" " * 10_000_000)
    with pytest.raises(WorldError, match="is compressed or too large"):
        read_world(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WorldError, match="no such file"):
        read_world(tmp_path / "nowhere.npz")

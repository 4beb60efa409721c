from datetime import date
from pathlib import Path

import pytest

from core.errors import Invalid
from core.resources import data_path
from core.rules import MASKS, load_programmes

MASKS_FILE = data_path("programmes/masks.toml")


def a_folder(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_packaged_programmes_are_loaded_by_id():
    assert list(load_programmes(None, None)) == ["masks", "test_kits"]


def test_only_the_masks_are_pinned():
    programmes = load_programmes(None, date(2020, 3, 1))
    assert programmes["masks"].block[0].effective == date(2020, 2, 27)
    assert programmes["masks"].pinned
    assert not programmes["test_kits"].pinned


def test_a_folder_of_ones_own_is_loaded_instead_with_or_without_a_byte_order_mark(tmp_path):
    text = MASKS_FILE.read_text(encoding="utf-8")
    folder = a_folder(tmp_path, masks="\ufeff" + text)
    (folder / "notes.txt").write_text("not a programme")
    assert dict(load_programmes(folder, None)) == {"masks": load_programmes(None, None)[MASKS]}


def test_every_fault_of_every_file_is_reported_at_once(tmp_path):
    text = MASKS_FILE.read_text(encoding="utf-8")
    folder = a_folder(tmp_path, a=text, b=text.replace("days = 7", "days = 0"), c="]", d=text)
    with pytest.raises(Invalid) as caught:
        load_programmes(folder, None)
    said = str(caught.value)
    assert "b.toml: programme masks: block 2020-02-06" in said
    assert "c.toml: programme file is not TOML" in said
    assert "d.toml: programme 'masks' is already in a.toml" in said
    assert "d.toml: product 'adult_mask' is already in a.toml" in said


def test_a_product_belongs_to_one_programme(tmp_path):
    text = MASKS_FILE.read_text(encoding="utf-8")
    folder = a_folder(tmp_path, a=text, b=text.replace('id = "masks"', 'id = "more"'))
    with pytest.raises(Invalid, match=r"product 'child_mask' is already in a\.toml"):
        load_programmes(folder, None)


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(Invalid, match=r"no \*\.toml file"):
            load_programmes(folder, None)


def test_masks_must_be_there_to_be_pinned(tmp_path):
    text = data_path("programmes/test_kits.toml").read_text(encoding="utf-8")
    folder = a_folder(tmp_path, kits=text)
    assert list(load_programmes(folder, None)) == ["test_kits"]
    with pytest.raises(Invalid, match="no programme 'masks'"):
        load_programmes(folder, date(2020, 2, 6))

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.resources import data_path


def test_the_programmes_are_found():
    assert data_path("programmes").is_dir()


def test_a_missing_file_is_named():
    with pytest.raises(Invalid, match=r"no-such\.csv"):
        data_path("no-such.csv")

"""docs/open-data.md names every format, and every field that files have."""

from __future__ import annotations

import re
from pathlib import Path

from core.domain.snapshot import Current, Manifest, OutletRecord
from publisher import changes
from publisher.formats import all_formats

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "open-data.md").read_text("utf-8")
NAMES = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))


def test_the_table_of_files_is_the_formats_that_are_found_and_the_changes() -> None:
    block = PAGE.split("writes: files -->")[1].split("<!-- end -->")[0]
    rows = re.findall(r"^\| `(\S+)` \|", block, re.MULTILINE)
    assert sorted(rows) == sorted(
        [changes.PATH, *(path for form in all_formats() for path in form.PATHS)]
    )


def test_every_field_of_record_manifest_and_pointer_is_explained() -> None:
    per_product = {"counts", "levels"}
    fields = {*OutletRecord.__struct_fields__, *Manifest.__struct_fields__}
    fields |= set(Current.__struct_fields__)
    assert fields - per_product <= NAMES

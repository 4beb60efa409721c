"""What each reader of a computer is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pharmacy_portal.card_agent.readers import Role, RoleFile, tiers_for_buyers


def test_roles_outlive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "roles.json"
    RoleFile(path).change({"讀卡機 A": "buyer", "B": "staff"})
    assert RoleFile(path).roles == {"讀卡機 A": Role.BUYER, "B": Role.STAFF}


def test_a_change_keeps_the_other_readers_roles_and_null_takes_one_away(tmp_path: Path) -> None:
    roles = RoleFile(tmp_path / "roles.json")
    roles.change({"A": "buyer", "B": "staff"})
    assert roles.change({"A": None, "C": "buyer"}) == {"B": Role.STAFF, "C": Role.BUYER}


@pytest.mark.parametrize("wrong", [None, [], "buyer", {"A": "owner"}, {"": "buyer"}, {1: "staff"}])
def test_anything_else_is_refused_and_changes_nothing(tmp_path: Path, wrong: object) -> None:
    roles = RoleFile(tmp_path / "roles.json")
    roles.change({"A": "buyer"})
    with pytest.raises(ValueError):
        roles.change(wrong)
    assert RoleFile(tmp_path / "roles.json").roles == {"A": Role.BUYER}


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"A": "owner"}'])
def test_a_damaged_file_is_no_role_at_all(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "roles.json").write_text(damaged)
    assert RoleFile(tmp_path / "roles.json").roles == {}


def test_buyers_readers_come_first_and_the_staffs_never() -> None:
    roles = {"B": Role.STAFF, "C": Role.BUYER}
    assert tiers_for_buyers(["A", "B", "C"], roles) == [["C"], ["A"]]
    assert tiers_for_buyers(["A", "B"], {}) == [["A", "B"]]
    assert tiers_for_buyers(["B"], roles) == []

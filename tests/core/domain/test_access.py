import pytest

from core.domain.access import ROLE_NAMES, ROLES, Permission, has_permission

COUNTER = {
    Permission.SELL,
    Permission.TAKE_GOODS,
    Permission.SEE_OUTLET,
    Permission.SPEAK_FOR_OUTLET,
}


@pytest.mark.parametrize("role", [None, "nobody", *ROLES])
def test_what_is_public_is_open_to_everybody(role):
    assert has_permission(role, Permission.PUBLIC)


@pytest.mark.parametrize("permission", [p for p in Permission if p is not Permission.PUBLIC])
@pytest.mark.parametrize("role", [None, "", "nobody", "Pharmacist"])
def test_whoever_is_not_logged_in_or_has_an_unknown_role_may_nothing_else(role, permission):
    assert not has_permission(role, permission)


@pytest.mark.parametrize("role", ["pharmacist", "pharmacy_assistant", "doctor", "nurse", "user"])
def test_whoever_works_at_the_counter_sells_and_takes_goods_and_manages_nobody(role):
    assert {p for p in Permission if has_permission(role, p)} == COUNTER | {
        Permission.PUBLIC,
        Permission.SESSION,
    }


@pytest.mark.parametrize("role", ["representative", "administrator", "steward"])
def test_whoever_manages_people_does_not_sell(role):
    assert not has_permission(role, Permission.SELL)
    assert not has_permission(role, Permission.TAKE_GOODS)


def test_only_the_representative_appoints_and_only_the_administrator_authorises_users():
    def holders(permission: Permission) -> set[str]:
        return {role for role in ROLES if has_permission(role, permission)}

    assert holders(Permission.APPOINT_ADMINISTRATORS) == {"representative"}
    assert holders(Permission.MANAGE_USERS) == {"administrator"}
    assert holders(Permission.STEWARD) == {"steward"}


def test_every_role_has_a_name_in_both_languages():
    assert ROLE_NAMES.keys() == ROLES.keys()
    assert all(name.zh and name.en for name in ROLE_NAMES.values())

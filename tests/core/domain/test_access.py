import pytest

from core.domain.access import (
    COUNTER_ROLES,
    ROLE_NAMES,
    ROLES,
    SERVICE_NAMES,
    SERVICES,
    Permission,
    has_permission,
    services_of,
)

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


@pytest.mark.parametrize("role", sorted(COUNTER_ROLES))
@pytest.mark.parametrize("service", SERVICES)
def test_services_narrow_a_role_to_what_they_need(role: str, service: str) -> None:
    may = {one for one in COUNTER if has_permission(role, one, (service,))}
    assert may == SERVICES[service]


@pytest.mark.parametrize("role", ROLES)
def test_services_never_widen_a_role(role: str) -> None:
    for permission in Permission:
        if not has_permission(role, permission):
            assert not has_permission(role, permission, tuple(SERVICES))


@pytest.mark.parametrize("services", [(), ("none",), ("Purchase",)])
def test_without_a_known_service_nobody_works_at_the_counter(services: tuple[str, ...]) -> None:
    assert not any(has_permission("pharmacist", one, services) for one in COUNTER)
    assert has_permission("pharmacist", Permission.SESSION, services)


def test_a_role_may_be_authorised_for_what_it_could_do() -> None:
    assert services_of("user") == tuple(SERVICES)
    assert "purchase" not in services_of("administrator")
    assert services_of("nobody") == ()


def test_every_service_has_a_name_in_both_languages() -> None:
    assert SERVICE_NAMES.keys() == SERVICES.keys()
    assert all(name.zh and name.en for name in SERVICE_NAMES.values())

import hashlib
import hmac

import pytest

from core.domain.buyers import KEY_BYTES, PersonKeys, mask_number

KEYS = {"2020a": b"a" * 32, "2020b": b"b" * 32}


def some_keys(current: str = "2020a") -> PersonKeys:
    return PersonKeys(KEYS, current)


def test_every_way_of_typing_a_number_is_the_same_person():
    keys = some_keys()
    assert keys.of(" a123456789 ") == keys.of("Ａ１２３４５６７８９") == keys.of("A123456789")
    assert keys.of("A123456789") != keys.of("B123456780")


def test_a_person_key_is_a_keyed_hash_of_128_bits_under_the_current_key():
    person = some_keys().of("A123456789")
    expected = hmac.new(KEYS["2020a"], b"A123456789", hashlib.sha256).digest()[:16]
    assert (person.key_id, person.value, KEY_BYTES) == ("2020a", expected, 16)


def test_while_rotating_a_person_is_looked_up_under_every_key_in_the_order_of_locking():
    keys = some_keys("2020b")
    persons = keys.all_of("A123456789")
    assert list(persons) == sorted(persons)
    assert {person.key_id for person in persons} == {"2020a", "2020b"}
    assert keys.of("A123456789") in persons


def test_a_current_key_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="current person key"):
        PersonKeys(KEYS, "2019")


def test_a_masked_number_is_sealed_and_read_back_for_its_person_only():
    keys = some_keys()
    person, other = keys.of("A123456789"), keys.of("B100000084")
    sealed = keys.seal("A1******89", person)
    assert b"A1******89" not in sealed
    assert keys.unseal(sealed, person) == "A1******89"
    assert keys.unseal(sealed, other) == ""


def test_sealing_the_same_number_twice_looks_different():
    keys = some_keys()
    person = keys.of("A123456789")
    assert keys.seal("A1******89", person) != keys.seal("A1******89", person)


def test_what_was_sealed_under_a_key_that_is_gone_reads_as_nothing():
    person = some_keys().of("A123456789")
    sealed = some_keys().seal("A1******89", person)
    assert some_keys("2020b").unseal(sealed, person) == ""


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12, b"x" * 40])
def test_what_was_never_sealed_reads_as_nothing(sealed):
    keys = some_keys()
    assert keys.unseal(sealed, keys.of("A123456789")) == ""


def test_the_fingerprint_of_a_body_is_keyed():
    assert some_keys().fingerprint(b"{}") == some_keys().fingerprint(b"{}")
    assert some_keys().fingerprint(b"{}") != some_keys("2020b").fingerprint(b"{}")
    assert some_keys().fingerprint(b"{}") != some_keys().fingerprint(b"{ }")


@pytest.mark.parametrize(
    ("number", "masked"),
    [("A123456789", "A1******89"), ("ac00000085", "AC******85"), ("A1B2C3D4", "A1****D4")],
)
def test_a_masked_number_keeps_two_characters_at_each_end(number, masked):
    assert mask_number(number) == masked

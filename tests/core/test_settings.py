from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import Invalid
from core.settings import Address, Settings, load_settings, parse_address, unknown_variables


def a_file(folder: Path, text: str) -> Path:
    path = folder / "maskmap.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_settings_everything_lies_below_var_and_listens_on_loopback_only():
    settings = load_settings(None, {})
    assert settings.database_path == Path("var/ledger.sqlite")
    assert settings.ledger_url == "sqlite:///var/ledger.sqlite"
    assert settings.snapshots_folder == Path("var/snapshots")
    assert settings.person_keys_file == Path("var/keys/person-keys.toml")
    assert settings.signing_key_file == Path("var/keys/signing-key.pem")
    assert settings.public_key_file == Path("var/keys/public-key.pem")
    assert settings.trust_folder == Path("var/trust")
    assert settings.portal_address == Address("127.0.0.1", 8460)
    assert settings.site_address == Address("127.0.0.1", 8470)
    assert settings.portal_address.is_loopback and settings.site_address.is_loopback
    assert settings.publish_every == 30


def test_the_environment_overrides_the_file_and_the_file_overrides_the_default(tmp_path):
    path = a_file(tmp_path, 'publish_every = 10\nlog = "debug"\nrules_of = 2020-02-06')
    settings = load_settings(path, {"MASKMAP_PUBLISH_EVERY": "2.5"})
    assert settings.publish_every == 2.5
    assert settings.log == "debug"
    assert settings.rules_of == date(2020, 2, 6)


def test_a_commands_own_default_gives_way_to_the_file(tmp_path):
    assert load_settings(None, {}, publish_every=1.0).publish_every == 1
    path = a_file(tmp_path, "publish_every = 30")
    assert load_settings(path, {}, publish_every=1.0).publish_every == 30


def test_the_file_may_be_named_by_the_environment(tmp_path):
    path = a_file(tmp_path, 'state = "/srv/maskmap"')
    assert load_settings(None, {"MASKMAP_CONFIG": str(path)}).state == Path("/srv/maskmap")


def test_a_secret_is_read_from_the_file_that_the_variable_names(tmp_path):
    secret = tmp_path / "url"
    secret.write_text("sqlite:////srv/ledger.sqlite\n")
    settings = load_settings(None, {"MASKMAP_DATABASE_URL_FILE": str(secret)})
    assert settings.database_path == Path("/srv/ledger.sqlite")


def test_an_empty_value_means_not_set():
    settings = load_settings(None, {"MASKMAP_RULES_OF": "", "MASKMAP_STATE": ""})
    assert settings.rules_of is None
    assert settings.state == Path("var")


def test_all_faults_are_reported_at_once(tmp_path):
    path = a_file(tmp_path, 'publish_evry = 3\nlog = "loud"')
    environ = {
        "MASKMAP_PUBLISH_EVERY": "-1",
        "MASKMAP_DEMO": "perhaps",
        "MASKMAP_SITE_LISTEN": "8470",
        "MASKMAP_RULES_OF": "6 February",
        "MASKMAP_SIGNING_KEY_FILE": str(tmp_path / "absent"),
    }
    with pytest.raises(Invalid) as fault:
        load_settings(path, environ)
    words = str(fault.value)
    for name in ("publish_evry", "log in", *environ):
        assert name.removeprefix("MASKMAP_").lower() in words.lower(), name


def test_a_fault_says_what_the_setting_is():
    with pytest.raises(Invalid, match=r"MASKMAP_CONTACT: .*`mailto:…` or `https://…`"):
        load_settings(None, {"MASKMAP_CONTACT": "data@example.tw"})
    with pytest.raises(Invalid, match=r"MASKMAP_SUNSET: .*YYYY-MM-DD"):
        load_settings(None, {"MASKMAP_SUNSET": "31/3/2027"})


def test_a_fault_is_named_as_the_operator_wrote_it(tmp_path):
    path = a_file(tmp_path, 'site_listen = "8470"')
    with pytest.raises(Invalid) as fault:
        load_settings(path, {"MASKMAP_PORTAL_LISTEN": "xx", "MASKMAP_PORTAL_URL": "xx"})
    words = str(fault.value)
    for name in ("MASKMAP_PORTAL_LISTEN: ", "MASKMAP_PORTAL_URL: ", f"site_listen in {path}: "):
        assert name in words


def test_a_file_that_is_not_toml_is_named(tmp_path):
    with pytest.raises(Invalid, match=r"maskmap\.toml"):
        load_settings(a_file(tmp_path, "state ="), {})


def test_demo_is_refused_together_with_a_real_trust_folder(tmp_path):
    with pytest.raises(Invalid, match="demo and trust"):
        load_settings(None, {"MASKMAP_DEMO": "1", "MASKMAP_TRUST": str(tmp_path)})


def test_an_unknown_database_is_refused():
    with pytest.raises(Invalid, match="MASKMAP_DATABASE_URL"):
        load_settings(None, {"MASKMAP_DATABASE_URL": "mysql://host/ledger"})


def test_a_slip_in_a_variables_name_is_found_for_the_doctor():
    environ = {"MASKMAP_STAET": "x", "MASKMAP_STATE": "y", "MASKMAP_TRUST_FILE": "z", "HOME": "/"}
    assert unknown_variables(environ) == ["MASKMAP_STAET"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:0", Address("127.0.0.1", 0)),
        ("[::1]:8460", Address("::1", 8460)),
        ("localhost:80", Address("localhost", 80)),
    ],
)
def test_an_address_is_host_and_port(text, address):
    assert parse_address(text) == address
    assert str(address) == text
    assert address.is_loopback


@pytest.mark.parametrize("text", ["", "8460", ":8460", "host:", "host:x", "host:65536", "host:-1"])
def test_anything_else_is_no_address(text):
    with pytest.raises(ValueError, match="host:port"):
        parse_address(text)


def test_an_address_open_to_the_network_is_not_loopback():
    assert not Address("0.0.0.0", 8460).is_loopback


def test_every_setting_is_documented():
    for field in Settings.__struct_fields__:
        assert Settings.__annotations__[field], field


def test_an_object_store_is_named_and_the_folders_stay_local():
    settings = load_settings(None, {"MASKMAP_SNAPSHOTS": "s3://masks/open/data"})
    assert settings.snapshots_store == "s3://masks/open/data"
    assert settings.snapshots_folder == Path("var/snapshots")
    assert settings.site_snapshots_folder == Path("var/snapshots-of-site")


def test_a_folder_of_snapshots_is_read_by_the_site_itself():
    settings = load_settings(None, {"MASKMAP_SNAPSHOTS": "~/open"})
    assert not settings.snapshots_store
    assert settings.snapshots_folder == settings.site_snapshots_folder == Path.home() / "open"


@pytest.mark.parametrize("text", ["s3://", "s3:/masks", "s3://UPPER/x", "s3://masks/a b", "gs://m"])
def test_what_is_neither_a_folder_nor_a_bucket_is_refused(text):
    with pytest.raises(Invalid, match="MASKMAP_SNAPSHOTS: must be a folder or s3://bucket/prefix"):
        load_settings(None, {"MASKMAP_SNAPSHOTS": text})


def test_an_endpoint_without_tls_is_on_this_computer_or_allowed_aloud():
    near, far = "http://127.0.0.1:8333", "http://store.example.tw"
    assert load_settings(None, {"MASKMAP_S3_ENDPOINT": near}).s3_endpoint == near
    with pytest.raises(Invalid, match="MASKMAP_S3_ENDPOINT: without TLS"):
        load_settings(None, {"MASKMAP_S3_ENDPOINT": far})
    allowed = {"MASKMAP_S3_ENDPOINT": far, "MASKMAP_S3_ALLOW_HTTP": "1"}
    assert load_settings(None, allowed).s3_endpoint == far
    with pytest.raises(Invalid, match="must be https://host"):
        load_settings(None, {"MASKMAP_S3_ENDPOINT": "store.example.tw"})


def test_half_a_key_to_the_object_store_is_refused(tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    secret = {"MASKMAP_S3_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret")}
    with pytest.raises(Invalid, match="one without the other"):
        load_settings(None, secret)
    settings = load_settings(None, {**secret, "MASKMAP_S3_ACCESS_KEY_ID": "publisher"})
    assert settings.s3_secret_access_key == "hush"

"""Every setting: its default, its documentation, and how it is read.

A TOML file (``--config`` or ``MASKMAP_CONFIG``) is overridden by ``MASKMAP_*`` in the environment;
``MASKMAP_X_FILE`` reads the value of ``MASKMAP_X`` from a file, for secrets. All faults are
reported at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from core.errors import Invalid
from core.resources import data_path

PREFIX = "MASKMAP_"
S3 = "s3://"
# A bucket, and folders in it: names that need no quoting in an address.
_BUCKET_AND_PREFIX = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9][\w.=-]*)*/?")
# Read by the card agent alone, which ships without this module; docs/agent.md describes it.
_AGENTS_OWN = f"{PREFIX}AGENT_PORTALS"


class Address(msgspec.Struct, frozen=True):
    """A host and a port to listen on; port 0 means any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the address as a browser writes it."""
        return f"http://{self}"

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this computer can reach it."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def parse_address(text: str) -> Address:
    """Read ``host:port``; an IPv6 host stands in brackets.

    Raises:
        ValueError: it is not an address.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is not host:port, such as 127.0.0.1:8460")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may set. Paths that are not set lie below the state folder."""

    state: Annotated[
        Path,
        Meta(description="Folder of everything that maskmap writes; created where missing."),
    ] = Path("var")
    database_url: Annotated[
        str,
        Meta(description="The ledger's database: `sqlite:///FILE`. Empty: `STATE/ledger.sqlite`."),
    ] = ""
    snapshots: Annotated[
        str,
        Meta(
            description="Folder of published snapshots, or `s3://bucket/prefix`: the publisher then"
            " keeps `STATE/snapshots` and copies it there, and the site reads from there. Empty:"
            " `STATE/snapshots`."
        ),
    ] = ""
    s3_endpoint: Annotated[
        str,
        Meta(
            description="Address of the object store, such as `https://s3.example.tw`. Empty:"
            " `AWS_ENDPOINT_URL`, else Amazon's of the region."
        ),
    ] = ""
    s3_region: Annotated[
        str,
        Meta(description="Region of the bucket. Empty: `AWS_REGION`, else `us-east-1`."),
    ] = ""
    s3_access_key_id: Annotated[
        str,
        Meta(
            description="Name of the key to the bucket. Empty: what `AWS_*` says, else the role of"
            " the machine."
        ),
    ] = ""
    s3_secret_access_key: Annotated[
        str,
        Meta(
            description="Secret of that key; better in a file, named by"
            " `MASKMAP_S3_SECRET_ACCESS_KEY_FILE`. The site's need only read."
        ),
    ] = ""
    s3_virtual_hosted: Annotated[
        bool,
        Meta(
            description="The bucket is named by the host (`https://bucket.s3…`, which the endpoint"
            " then says too), not by the path."
        ),
    ] = False
    s3_allow_http: Annotated[
        bool,
        Meta(
            description="Allows an endpoint without TLS that is not on this computer. Snapshots are"
            " signed and public; the secret is never sent."
        ),
    ] = False
    portal_listen: Annotated[
        str,
        Meta(description="`host:port` of the portal. This computer only, unless told otherwise."),
    ] = "127.0.0.1:8460"
    site_listen: Annotated[
        str,
        Meta(description="`host:port` of the public site. This computer only, unless told."),
    ] = "127.0.0.1:8470"
    publisher_listen: Annotated[
        str,
        Meta(
            description="`host:port` of the publisher's `/healthz`, `/readyz` and `/metrics`."
            " Empty: it listens nowhere; readers tell its health by the age of `current.json`."
        ),
    ] = ""
    public_url: Annotated[
        str,
        Meta(
            description="Address under which the public reaches the site, for links in published"
            " files and in the portal. Empty: links follow the host that was asked."
        ),
    ] = ""
    portal_url: Annotated[
        str,
        Meta(
            description="Address under which pharmacies reach the portal, such as"
            " `https://portal.example.tw`; logins are signed for it, and no other host is served."
            " Empty: the address it listens on."
        ),
    ] = ""
    publish_every: Annotated[
        float,
        Meta(gt=0, le=3600, description="Seconds between two releases; `maskmap up` uses 1."),
    ] = 30.0
    publish_align: Annotated[
        bool,
        Meta(
            description="Looks at the ledger at whole intervals of the Taipei clock: at `:00` and"
            " `:30` of the hour with an interval of 1800. The interval must divide a day."
        ),
    ] = False
    rules: Annotated[
        Path | None,
        Meta(description="Folder of rationing programmes. Empty: those that come with maskmap."),
    ] = None
    rules_of: Annotated[
        date | None,
        Meta(
            description="A date (`YYYY-MM-DD`) that pins the mask programme to the rules of that"
            " day; pages say so. Empty: the rules follow the calendar."
        ),
    ] = None
    person_keys: Annotated[
        Path | None,
        Meta(
            description="File of key id → key that turns identity numbers into person keys; kept"
            " outside the database and its backups. Empty: `STATE/keys/person-keys.toml`."
        ),
    ] = None
    signing_key: Annotated[
        Path | None,
        Meta(
            description="Ed25519 private key (PEM) that signs snapshots; the publisher's only."
            " Empty: `STATE/keys/signing-key.pem`."
        ),
    ] = None
    public_key: Annotated[
        Path | None,
        Meta(
            description="Public key (PEM) that the site trusts; never the snapshot folder's own."
            " Empty: `STATE/keys/public-key.pem`."
        ),
    ] = None
    community_url: Annotated[
        str,
        Meta(
            description="Database of what the public sends in (the directory of applications),"
            " apart from the ledger: `sqlite:///FILE`. Empty: `STATE/community.sqlite`."
        ),
    ] = ""
    basemaps: Annotated[
        str,
        Meta(
            pattern="^((nlsc|osm)(,(nlsc|osm))*)?$",
            description="Basemaps offered beside the built-in town boundaries, separated by commas:"
            " `nlsc` (國土測繪中心), `osm` (OpenStreetMap). The visitor's browser then asks them"
            " for tiles. Empty: no other host is ever asked.",
        ),
    ] = ""
    contact: Annotated[
        str,
        Meta(
            pattern="^((https://|mailto:)\\S+)?$",
            description="Whom users of the data may ask: `mailto:…` or `https://…`, shown on"
            " `/data/policy` and `/status`. Empty: pages say that no contact is stated.",
        ),
    ] = ""
    announcements: Annotated[
        Path | None,
        Meta(
            description="TOML file of announcements to those who use the data; read again when it"
            " changes. Empty: those that come with maskmap."
        ),
    ] = None
    sunset: Annotated[
        date | None,
        Meta(
            description="The last day (`YYYY-MM-DD`) on which data are published; pages, `/status`"
            " and the header `Sunset` of every data answer say so. Empty: no end is planned."
        ),
    ] = None
    geocode_hosts: Annotated[
        str,
        Meta(
            description="Hosts (`host` or `host:port`, separated by commas) that"
            " `maskmap outlets geocode` may ask for coordinates; addresses of outlets are all they"
            " hear. In a private network: the address itself, no name. Empty: no network at all."
        ),
    ] = ""
    geocode_timeout: Annotated[
        float,
        Meta(gt=0, le=120, description="Seconds that a geocoding service may take to answer."),
    ] = 10.0
    tgos_url: Annotated[
        str,
        Meta(
            pattern="^https?://[^\\s?#]+$",
            description="Address of TGOS' QueryAddr, the address service of the Ministry of the"
            " Interior; asked where the id and the key are set and `geocode_hosts` names its host.",
        ),
    ] = "https://addr.tgos.tw/AddrWS/v40/QueryAddr.asmx/QueryAddr"
    tgos_app_id: Annotated[
        str,
        Meta(description="APPId of TGOS. Empty: TGOS is not asked."),
    ] = ""
    tgos_api_key: Annotated[
        str,
        Meta(description="APIKey of TGOS, better by `MASKMAP_TGOS_API_KEY_FILE`."),
    ] = ""
    tgos_every: Annotated[
        float,
        Meta(ge=0, le=3600, description="Least seconds between two questions to TGOS."),
    ] = 0.2
    nominatim_url: Annotated[
        str,
        Meta(
            pattern="^(https?://[^\\s?#]+)?$",
            description="Address of a Nominatim (OpenStreetMap), best your own. Empty: none.",
        ),
    ] = ""
    nominatim_every: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="Least seconds between two questions to Nominatim; the public one is never"
            " asked more often than every 1.1 s.",
        ),
    ] = 1.1
    nominatim_most: Annotated[
        int,
        Meta(
            ge=0,
            description="Questions to the public `nominatim.openstreetmap.org` in one run; its"
            " policy forbids bulk. Raise it only with its operators' leave.",
        ),
    ] = 50
    arcgis_url: Annotated[
        str,
        Meta(
            pattern="^(https?://[^\\s?#]+)?$",
            description="Address of an ArcGIS server with a World locator, such as"
            " `https://geocode.arcgis.com`; keeping its answers needs Esri's licence. Empty: none.",
        ),
    ] = ""
    arcgis_every: Annotated[
        float,
        Meta(ge=0, le=3600, description="Least seconds between two questions to ArcGIS."),
    ] = 0.5
    session_idle: Annotated[
        float,
        Meta(
            ge=1,
            le=60,
            description="Minutes without work after which a session of the portal ends.",
        ),
    ] = 15.0
    session_absolute: Annotated[
        float,
        Meta(
            ge=1,
            le=24,
            description="Hours after which a session of the portal ends, whatever is done in it.",
        ),
    ] = 12.0
    revocation_urls: Annotated[
        str,
        Meta(
            pattern="^(https?://\\S+(,https?://\\S+)*)?$",
            description="Addresses of certificate revocation lists, separated by commas; fetched"
            " every minute, without redirects, and kept in `STATE/revocation`. Empty: none.",
        ),
    ] = ""
    revocation_hosts: Annotated[
        str,
        Meta(
            description="Hosts (`host` or `host:port`, separated by commas) that may be asked where"
            " a certificate or a list of a trusted authority names them: distribution points of"
            " lists, OCSP responders. Empty: none is asked.",
        ),
    ] = ""
    ocsp_url: Annotated[
        str,
        Meta(
            pattern="^(https?://\\S+)?$",
            description="OCSP responder asked at every login, within 2 s. Empty: the one that the"
            " certificate names, where `revocation_hosts` has its host.",
        ),
    ] = ""
    revocation_grace: Annotated[
        float,
        Meta(
            ge=0,
            le=1440,
            description="Minutes that a revocation list is still used after its own end, with an"
            " alarm; afterwards nobody of its authority gets in.",
        ),
    ] = 60.0
    agent_ports: Annotated[
        str,
        Meta(
            pattern="^[0-9]{1,5}(,[0-9]{1,5}){0,4}$",
            description="Ports of 127.0.0.1 on which the portal's pages look for the card agent of"
            " the computer they are shown on, separated by commas.",
        ),
    ] = "8463,8464,8465"
    trust: Annotated[
        Path | None,
        Meta(
            description="Folder of CA certificates and revocation lists that a login must chain"
            " to. Setting it means real cards: demo mode is then refused. Empty: `STATE/trust`."
        ),
    ] = None
    demo: Annotated[
        bool,
        Meta(description="Shows the tray of software cards. Refused where `trust` is set."),
    ] = False
    log: Annotated[
        str,
        Meta(
            pattern="^(debug|info|warning|error)$",
            description="Least severe log line written: `debug`, `info`, `warning` or `error`.",
        ),
    ] = "info"

    @property
    def portal_address(self) -> Address:
        """Return where the portal listens, taken apart."""
        return parse_address(self.portal_listen)

    @property
    def site_address(self) -> Address:
        """Return where the site listens, taken apart."""
        return parse_address(self.site_listen)

    @property
    def database_path(self) -> Path:
        """Return the file of the embedded ledger."""
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.state / "ledger.sqlite"

    @property
    def ledger_url(self) -> str:
        """Return the URL of the ledger's database, spelt out."""
        return self.database_url or f"sqlite:///{self.database_path}"

    @property
    def snapshots_store(self) -> str:
        """Return the object store of published snapshots, `s3://…`; empty where there is none."""
        return self.snapshots if self.snapshots.startswith(S3) else ""

    @property
    def snapshots_folder(self) -> Path:
        """Return the folder into which snapshots are published, with an object store too."""
        named = "" if self.snapshots_store else self.snapshots
        return Path(named).expanduser() if named else self.state / "snapshots"

    @property
    def site_snapshots_folder(self) -> Path:
        """Return the folder of snapshots that the site reads: the publisher's, or its own copy."""
        return self.state / "snapshots-of-site" if self.snapshots_store else self.snapshots_folder

    @property
    def community_path(self) -> Path:
        """Return the file of the embedded database of what the public sends in."""
        if self.community_url:
            return Path(self.community_url.removeprefix("sqlite:///"))
        return self.state / "community.sqlite"

    @property
    def announced_file(self) -> Path:
        """Return the file by which the portal tells the site what the authority announced."""
        return self.community_path.with_name("announced.json")

    @property
    def announcements_file(self) -> Path:
        """Return the file of announcements to those who use the data."""
        return self.announcements or data_path("announcements.toml")

    @property
    def rules_folder(self) -> Path:
        """Return the folder of rationing programmes."""
        return self.rules or data_path("programmes")

    @property
    def keys_folder(self) -> Path:
        """Return the folder of keys that maskmap makes for itself."""
        return self.state / "keys"

    @property
    def person_keys_file(self) -> Path:
        """Return the file of the keys that hide identity numbers."""
        return self.person_keys or self.keys_folder / "person-keys.toml"

    @property
    def signing_key_file(self) -> Path:
        """Return the file of the key that signs snapshots."""
        return self.signing_key or self.keys_folder / "signing-key.pem"

    @property
    def public_key_file(self) -> Path:
        """Return the file of the key that readers of snapshots trust."""
        return self.public_key or self.keys_folder / "public-key.pem"

    @property
    def trust_folder(self) -> Path:
        """Return the folder of certificates that a login must chain to."""
        return self.trust or self.state / "trust"

    @property
    def revocation_folder(self) -> Path:
        """Return the folder of fetched revocation lists, beside the trust folder."""
        return self.state / "revocation"

    @property
    def cards_folder(self) -> Path:
        """Return the folder of software cards (demo only)."""
        return self.state / "cards"


def load_settings(config: Path | None, environ: Mapping[str, str], **defaults: object) -> Settings:
    """Read the settings; ``config`` is the file named on the command line, if any.

    ``defaults`` replace the defaults of this module, for a command that has its own.

    Raises:
        Invalid: one message that names every fault, a line each.
    """
    faults: list[str] = []
    found = {
        **dict(_from_file(config, environ, faults)),
        **dict(_from_environment(environ, faults)),
    }
    values: dict[str, Any] = dict(defaults)
    for field in msgspec.structs.fields(Settings):
        value, source = found.get(field.name, ("", ""))
        # An empty value means "not set", so that a line of an environment file can be left blank.
        if value != "":
            values.update(_convert(field, value, source, faults))
    settings = Settings(**values)
    where = {name: source for name, (_, source) in found.items()}
    faults += _contradictions(settings, where)
    if faults:
        raise Invalid("settings:\n" + "\n".join(f"  {fault}" for fault in faults))
    return settings


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """List variables that look like settings and are none, such as a slip of the pen.

    They are reported by `maskmap doctor` and refused nowhere: container platforms make variables
    of their own, such as ``MASKMAP_PORTAL_PORT``.
    """
    known = {f"{PREFIX}{field.name.upper()}" for field in msgspec.structs.fields(Settings)}
    known |= {f"{name}_FILE" for name in known} | {f"{PREFIX}CONFIG", _AGENTS_OWN}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


# A value as it was found, and the words that say where.
_Found = tuple[str, tuple[Any, str]]


def _from_file(
    config: Path | None, environ: Mapping[str, str], faults: list[str]
) -> Iterator[_Found]:
    """Yield what the TOML file sets."""
    path = config or (Path(named) if (named := environ.get(f"{PREFIX}CONFIG")) else None)
    if path is None:
        return
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{path}: {error}")
        return
    known = {field.name for field in msgspec.structs.fields(Settings)}
    for name, value in table.items():
        if name in known:
            yield name, (value, f"{name} in {path}")
        else:
            faults.append(f"{name} in {path}: there is no such setting")


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> Iterator[_Found]:
    """Yield what the environment sets, files of secrets included."""
    for field in msgspec.structs.fields(Settings):
        variable = f"{PREFIX}{field.name.upper()}"
        if secret := environ.get(f"{variable}_FILE"):
            try:
                yield field.name, (Path(secret).read_text(encoding="utf-8").strip(), secret)
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{variable}_FILE: {error}")
        if variable in environ:
            yield field.name, (environ[variable], variable)


def _convert(field: FieldInfo, value: Any, source: str, faults: list[str]) -> dict[str, Any]:
    """Turn one found value into its type; nothing where it is at fault."""
    try:
        kind = field.type
        return {field.name: msgspec.convert(value, kind, strict=False, dec_hook=_decode)}
    except (msgspec.ValidationError, ValueError) as error:
        faults.append(f"{source}: {error}. It is: {field.type.__metadata__[0].description}")
        return {}


def _decode(kind: Any, value: Any) -> Any:
    """Make what msgspec has no notion of."""
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise ValueError(f"{value!r} is not text")


def _contradictions(settings: Settings, where: Mapping[str, str]) -> Iterator[str]:
    """Yield what types alone do not catch, and settings that are each fine alone.

    Each is named as the operator wrote it: ``where`` says in what variable or file it was found.
    """

    def named(name: str) -> str:
        return where.get(name, name)

    if settings.portal_url and not re.fullmatch(r"https?://[^/?#@\s]+", settings.portal_url):
        yield f"{named('portal_url')}: must be scheme://host or scheme://host:port, without a path"
    for name in ("portal_listen", "site_listen", "publisher_listen"):
        try:
            if getattr(settings, name):
                parse_address(getattr(settings, name))
        except ValueError as error:
            yield f"{named(name)}: {error}"
    for name in ("database_url", "community_url"):
        url = getattr(settings, name)
        if url and not url.startswith("sqlite:///"):
            yield f"{named(name)}: {url.partition(':')[0]!r} is not a known database"
    yield from _faults_of_store(settings, named)
    if bool(settings.tgos_app_id) != bool(settings.tgos_api_key):
        missing = "tgos_api_key" if settings.tgos_app_id else "tgos_app_id"
        yield f"{missing}: TGOS needs its id and its key; only one of them is set"
    if settings.demo and settings.trust:
        yield "demo and trust: software cards are refused wherever a real trust folder is set"


def _faults_of_store(settings: Settings, named: Callable[[str], str]) -> Iterator[str]:
    """Yield what is wrong with where snapshots lie, and how the object store is reached."""
    place = settings.snapshots
    if re.match(r"[a-z0-9]+:", place) and not _BUCKET_AND_PREFIX.fullmatch(place):
        yield f"{named('snapshots')}: must be a folder or s3://bucket/prefix"
    endpoint = urlsplit(settings.s3_endpoint)
    host = endpoint.hostname or ""
    open_line = endpoint.scheme == "http" and not Address(host, 80).is_loopback
    if settings.s3_endpoint and not (endpoint.scheme in ("http", "https") and host):
        yield f"{named('s3_endpoint')}: must be https://host or https://host:port"
    elif open_line and not settings.s3_allow_http:
        yield f"{named('s3_endpoint')}: without TLS only on this computer, or see s3_allow_http"
    if bool(settings.s3_access_key_id) != bool(settings.s3_secret_access_key):
        yield "s3_access_key_id and s3_secret_access_key: one without the other"

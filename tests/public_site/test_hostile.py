"""Hostile words, in the register and in the address of a page, stay words."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import quote

import msgspec
import pytest

from core.domain.snapshot import OutletRecord
from tests.public_site.hostile import STRINGS, VERY_LONG
from tests.public_site.releases import an_outlet

pytestmark = pytest.mark.slow

PLAIN = "平安藥局"
FIELDS = ("name", "note", "address", "availability_reason", "tickets", "sale_windows", "phone")
PAGE_PARAMETERS = (
    *("county", "town", "kind", "product", "in_stock", "availability", "bbox", "codes"),
    *("open_now", "window_now", "lat", "lon", "page", "lang", "mode", "nosuch"),
)
API_PARAMETERS = (*PAGE_PARAMETERS, "cursor", "limit", "radius_m", "since")
API = ("/api/v1/outlets", "/api/v1/nearby", "/api/v1/map", "/api/v1/changes")
SCHEMES = ("/", "#", "?", "https://", "http://", "tel:", "geo:", "mailto:")


class Shape(HTMLParser):
    """Which elements a page has, with the names of their attributes; where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, frozenset[str]]] = Counter()
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []
        self.scripts: list[str | None] = []
        self.comments: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements[tag, frozenset(name for name, _ in attributes)] += 1
        self.tags[tag] += 1
        found = dict(attributes)
        self.links += [
            found[n] or "" for n in ("href", "src", "action", "formaction") if n in found
        ]
        if tag == "script":
            self.scripts.append(found.get("src"))

    def handle_comment(self, data):
        self.comments.append(data)

    def unknown_decl(self, data):
        self.comments.append(data)


def hostile_outlet(number: int, text: str) -> OutletRecord:
    """Return an outlet that says one text everywhere it can."""
    return an_outlet(
        f"59010{number:05d}",
        **dict.fromkeys(FIELDS, text),
        website=text,
        availability="paused" if number % 2 else "buyable",
        lat=25 + number / 10_000,
    )


@pytest.fixture
async def hostile_site(folder, start):
    """A site whose register is full of hostile words."""
    folder.publish([hostile_outlet(number, text) for number, text in enumerate(STRINGS)])
    return await start()


@pytest.fixture
async def plain_site(folder, start):
    """The same register with plain words; with and without a website."""
    folder.publish(
        [
            msgspec.structs.replace(
                hostile_outlet(number, PLAIN),
                website="https://good.example/" if number % 3 else "",
                phone="02-23456789" if number % 2 else PLAIN,
                sale_windows="一至五 09:00-11:00 50片" if number % 5 else PLAIN,
            )
            for number, _ in enumerate(STRINGS)
        ]
    )
    return await start()


async def shape(client, path: str, allowed: tuple[int, ...] = (200,)) -> Shape:
    answer = await client.get(path)
    html = await answer.text()
    assert answer.status in allowed, (path, answer.status, html[:300])
    assert answer.content_type == "text/html"
    return Shape(html)


def is_plain(page: Shape, known: Shape, what: object) -> None:
    """Judge that a page has no element, attribute, script or kind of link that plain ones lack."""
    assert set(page.elements) <= set(known.elements), (
        what,
        set(page.elements) - set(known.elements),
    )
    assert set(page.scripts) <= set(known.scripts), what
    assert page.comments == [], what
    assert all(link == "" or link.startswith(SCHEMES) for link in page.links), (what, page.links)


async def known_shape(client, paths) -> Shape:
    known = Shape("")
    for path in paths:
        page = await shape(client, path)
        known.elements += page.elements
        known.scripts += page.scripts
    return known


async def test_hostile_words_in_the_register_add_nothing_to_any_page(
    folder, start, plain_site, settings
):
    lists = [f"/?page={n}" for n in range(1, 12)] + [f"/?page={n}&lang=en" for n in (1, 5)]
    outlets = [f"/outlets/59010{n:05d}" for n in range(len(STRINGS))]
    known_list = await known_shape(plain_site, lists)
    known_outlet = await known_shape(plain_site, [*outlets[:30], outlets[0] + "?lang=en"])
    folder.publish([hostile_outlet(number, text) for number, text in enumerate(STRINGS)])
    client = await start()
    for path in lists:
        is_plain(await shape(client, path), known_list, path)
    for path, text in zip(outlets, STRINGS, strict=True):
        is_plain(await shape(client, path), known_outlet, text)


async def test_hostile_words_in_the_box_and_every_parameter_add_nothing(plain_site, rng):
    paths = ["/", "/?q=x", f"/?q={PLAIN}", "/?q=沒有這種地方", "/?lang=en", "/?mode=text"]
    paths += [f"/?q={PLAIN}沒有", f"/?q={PLAIN}沒有&in_stock=1&county=63000&kind=pharmacy"]
    paths += [
        "/?lat=25&lon=121.5",
        "/?lat=25&lon=121.5&q=x",
        "/?open_now=1&window_now=1",
        "/?page=2",
    ]
    paths += ["/?county=63000", "/?town=中正區", "/?product=adult_mask", "/?page=9999"]
    known = await known_shape(plain_site, paths)
    known_fault = await known_fault_shape(plain_site)
    for number, text in enumerate(STRINGS):
        name = PAGE_PARAMETERS[(number + rng.randrange(99)) % len(PAGE_PARAMETERS)]
        for path in (f"/?q={quote(text)}", f"/?{name}={quote(text)}", f"/?{quote(text)}=1"):
            page = await shape(plain_site, path, (200, 400))
            page.elements -= known_fault.elements
            is_plain(page, known, (name, text))
        page = await shape(plain_site, f"/outlets/{quote(text, safe='')}", (200, 301, 404, 400))
        page.elements -= known.elements
        is_plain(page, known_fault, text)


async def known_fault_shape(client) -> Shape:
    pages = [
        await shape(client, "/outlets/5900000000", (404,)),
        await shape(client, "/nowhere", (404,)),
        await shape(client, "/?kind=bakery", (400,)),
        await shape(client, "/?kind=bakery&lang=en", (400,)),
    ]
    known = Shape("")
    for page in pages:
        # As often as it takes: the same shapes may repeat on a page.
        for element in page.elements:
            known.elements[element] += 50
        known.scripts += page.scripts
    return known


async def test_answers_for_programs_stay_sound_and_repeat_the_words_exactly(hostile_site, rng):
    answer = await hostile_site.get("/api/v1/outlets?limit=1000")
    outlets = (await answer.json())["outlets"]
    assert [outlet["name"] for outlet in outlets] == list(STRINGS)
    assert [outlet["note"] for outlet in outlets] == list(STRINGS)
    for number, text in enumerate(STRINGS):
        name = API_PARAMETERS[(number + rng.randrange(99)) % len(API_PARAMETERS)]
        for query in (f"q={quote(text)}", f"{name}={quote(text)}"):
            path = f"{API[number % len(API)]}?{query}"
            answer = await hostile_site.get(path)
            assert answer.status in (200, 400, 404, 410), (path, answer.status)
            assert isinstance(msgspec.json.decode(await answer.read()), dict)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_hostile_words_are_found_by_themselves_or_not_at_all(hostile_site):
    for text in STRINGS:
        answer = await hostile_site.get(f"/api/v1/outlets?limit=1000&q={quote(text)}")
        assert answer.status == 200, text


async def test_very_long_words_are_refused_in_the_box_and_shown_in_the_register(folder, start):
    folder.publish([hostile_outlet(number, text) for number, text in enumerate(VERY_LONG)])
    client = await start()
    for number, text in enumerate(VERY_LONG):
        assert (await client.get(f"/outlets/59010{number:05d}")).status == 200
        assert (await client.get(f"/?q={quote(text[:300])}")).status == 400
    assert (await client.get("/")).status == 200


@pytest.mark.e2e
async def test_nothing_hostile_runs_in_a_browser(hostile_site, browser, rng):
    origin = str(hostile_site.make_url("/"))
    problems: list[str] = []
    page = await browser.new_page(locale="zh-TW")
    page.on("dialog", lambda dialog: problems.append(f"dialog on {page.url}"))
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("console", lambda message: _note(problems, page.url, message))
    page.on("request", lambda request: _outside(problems, origin, request.url))
    await page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('CSP ' + e.violatedDirective))"
    )
    numbers = rng.sample(range(len(STRINGS)), 40)
    paths = [f"/?page={n}" for n in range(1, 12)]
    paths += [f"/outlets/59010{n:05d}" for n in numbers]
    paths += [f"/?q={quote(STRINGS[n])}" for n in numbers]
    for path in paths:
        await page.goto(str(hostile_site.make_url("/")).rstrip("/") + path)
        assert await page.locator("main h1").count() == 1, path
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
    assert problems == []


def _note(problems: list[str], url: str, message) -> None:
    # A page of status 400 is itself noted by the browser as a failed resource.
    if message.type == "error" and "status of 40" not in message.text:
        problems.append(f"{url}: {message.text}")


def _outside(problems: list[str], origin: str, url: str) -> None:
    if not url.startswith((origin, "data:", "blob:")):
        problems.append(f"request to {url}")


class Isolation(HTMLParser):
    """Texts with marks of direction that no ``bdi`` holds."""

    VOID = frozenset({"meta", "link", "input", "br", "use", "path", "circle", "rect", "img", "hr"})
    MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loose: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data):
        if self.MARKS & set(data) and not {"bdi", "title", "option"} & set(self.open):
            self.loose.append((">".join(self.open[-3:]), data.strip()[:40]))


async def test_marks_of_direction_do_not_reach_beyond_the_words_that_hold_them(hostile_site):
    marked = [n for n, text in enumerate(STRINGS) if Isolation.MARKS & set(text)]
    assert len(marked) > 3
    paths = [f"/outlets/59010{n:05d}" for n in marked] + [f"/?page={n}" for n in range(1, 12)]
    for path in [*paths, f"/?q={quote(STRINGS[marked[0]])}"]:
        page = Isolation(await (await hostile_site.get(path)).text())
        assert page.loose == [], path

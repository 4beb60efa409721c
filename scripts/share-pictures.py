#!/usr/bin/env python3
"""Draw the pictures that appear where a page is shared: name and promise, never a number.

Run it after the words or shapes changed, and commit what it writes: a picture a language, 1200 by
630 pixels, under public_site/static. See docs/decisions/0058.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "public_site" / "static"
MOST_BYTES = 60_000
PICTURES = {
    "share-zh.png": (
        "zh-TW",
        "口罩哪裡買",
        "附近哪一間現在還買得到",
        ("充足", "尚有", "不多", "售完"),
    ),
    "share-en.png": (
        "en",
        "Where to buy masks",
        "Find an outlet near you that still has some",
        ("plenty", "some", "few", "sold out"),
    ),
}
SHAPES = ("plenty", "some", "few", "none")
PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><style>
* {{ box-sizing: border-box; margin: 0 }}
body {{ width: 1200px; height: 630px; padding: 72px 88px; background: #0b5c5f; color: #fff;
  font-family: "Noto Sans TC", "Noto Sans CJK TC", "PingFang TC", "Microsoft JhengHei", sans-serif;
  display: flex; flex-direction: column; justify-content: space-between }}
h1 {{ font-size: {size}px; line-height: 1.15 }}
p {{ margin-top: 24px; font-size: 44px }}
.mask {{ width: 132px; height: 132px; color: #0b5c5f }}
ul {{ display: flex; gap: 56px; padding: 0; list-style: none; font-size: 40px }}
li {{ display: flex; align-items: center; gap: 16px }}
li svg {{ width: 52px; height: 52px }}
</style><svg class="mask"><use href="#mask"/></svg><div><h1>{name}</h1><p>{promise}</p></div>
<ul>{levels}</ul>{shapes}</html>"""


def html(language: str, name: str, promise: str, words: tuple[str, ...]) -> str:
    """Return the picture as a page that needs nothing from outside."""
    shapes = (STATIC / "shapes.svg").read_text().replace("<svg ", '<svg width="0" height="0" ', 1)
    levels = "".join(
        f'<li><svg><use href="#{shape}"/></svg>{word}</li>'
        for shape, word in zip(SHAPES, words, strict=True)
    )
    size = 120 if language == "zh-TW" else 96
    return PAGE.format(
        language=language, name=name, promise=promise, levels=levels, shapes=shapes, size=size
    )


def main() -> int:
    """Write both pictures; fail where one is too large to be fetched for a preview."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        for file, (language, name, promise, words) in PICTURES.items():
            page.set_content(html(language, name, promise, words))
            page.screenshot(path=STATIC / file)
        browser.close()
    sizes = {file: (STATIC / file).stat().st_size for file in PICTURES}
    sys.stdout.writelines(f"{file}: {size} bytes\n" for file, size in sizes.items())
    return 0 if max(sizes.values()) < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())

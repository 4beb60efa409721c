"""Examples that run: what the page shows is what the tests run, byte for byte.

``{origin}`` stands for the address of the site; nothing else is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.text import Text


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of code; ``id`` names it on the page, ``language`` says what runs it."""

    id: str
    language: str
    title: Text
    code: str
    says: Text | None = None


# The first screen of /data.
THREE = (
    Example(
        "csv",
        "sh",
        Text("下載官方格式 CSV", "Download the official CSV"),
        "curl --compressed -O {origin}/data/maskdata.csv",
    ),
    Example(
        "near",
        "sh",
        Text("臺北車站附近，現在有庫存的", "In stock near Taipei main station"),
        'curl "{origin}/api/v1/nearby?lat=25.0478&lon=121.517&in_stock=1"',
    ),
    Example(
        "python-line",
        "sh",
        Text("用 Python 讀取全部販售點", "Read every outlet with Python"),
        'python3 -c "import json, urllib.request as u; print(len(json.load(u.urlopen('
        "'{origin}/data/outlets.geojson'))['features']))\"",
    ),
)

_CURL_POLL = """\
curl -s --compressed --etag-compare maskmap.etag --etag-save maskmap.etag \\
  -o outlets.geojson -w '%{http_code}\\n' {origin}/data/outlets.geojson
"""

_PYTHON_FOLLOW = """\
# Everything once, then only what changed. Standard library only.
import gzip, http.client, json, random, time, urllib.error, urllib.parse, urllib.request

SITE = "{origin}"


def get(path):
    request = urllib.request.Request(SITE + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return json.loads(body)


def everything():
    outlets, path = {}, "/api/v1/outlets?limit=1000"
    page = get(path)
    first = page["snapshot"]  # what changes while we turn pages is told by /changes
    while True:
        outlets.update((outlet["code"], outlet) for outlet in page["outlets"])
        if page["next"] is None:
            return outlets, first
        page = get(page["next"])


def changes(outlets, since):
    try:
        answer = get(f"/api/v1/changes?since={since}")
    except urllib.error.HTTPError as error:
        if error.code == 410:  # away for more than a day: begin anew
            return everything()
        raise
    outlets.update((outlet["code"], outlet) for outlet in answer["outlets"])
    for code in answer["removed"]:
        outlets.pop(code, None)
    return outlets, answer["snapshot"]


outlets, snapshot = everything()
ttl_s = get("/api/v1/snapshot")["ttl_s"]
wait_s = 1
while True:
    in_stock = sum(1 for one in outlets.values() if one["adult_mask"] or one["child_mask"])
    print(f"snapshot {snapshot}: {len(outlets)} outlets, {in_stock} in stock", flush=True)
    time.sleep(ttl_s * random.uniform(1, 1.5))  # not faster than ttl_s, and not all at once
    try:
        outlets, snapshot = changes(outlets, snapshot)
        wait_s = 1
    except (OSError, http.client.HTTPException):  # 503, network: wait twice as long each time
        time.sleep(min(wait_s, 300) * random.uniform(0.5, 1.5))
        wait_s *= 2
"""

_PANDAS = """\
import pandas as pd

masks = pd.read_csv("{origin}/data/maskdata.csv", dtype={"醫事機構代碼": str})
print(len(masks), masks["成人口罩剩餘數"].sum())
"""

_JAVASCRIPT = """\
const SITE = "{origin}";
const asked = new URLSearchParams({ lat: 25.0478, lon: 121.517, in_stock: 1, limit: 5 });
const answer = await fetch(`${SITE}/api/v1/nearby?${asked}`);
if (!answer.ok) throw new Error((await answer.json()).detail);
const { outlets, as_of, stale } = await answer.json();
console.log(`${as_of}${stale ? " (old)" : ""}`);
for (const outlet of outlets) {
  // The number is the ledger's; availability says whether a person can still buy.
  const buy = outlet.availability === "buyable" ? "" : ` - ${outlet.availability}`;
  const way = `${Math.round(outlet.distance_m)} m ${outlet.direction}`;
  console.log(`${outlet.code} ${outlet.name}, ${way}: ${outlet.adult_mask}${buy}`);
}
"""

_R = """\
masks <- read.csv("{origin}/data/maskdata.csv", fileEncoding = "UTF-8-BOM",
                  colClasses = c("醫事機構代碼" = "character"), check.names = FALSE)
cat(nrow(masks), sum(masks[["成人口罩剩餘數"]]), "\\n")
"""

_VERIFY = """\
n=$(curl -s {origin}/data/current.json | grep -o '"sequence":[0-9]*' | cut -d: -f2)
curl -s --remote-name-all {origin}/data/$n/{manifest.json,manifest.json.sig,maskdata.csv}
curl -s --remote-name {origin}/data/public-key.pem
base64 -d manifest.json.sig > manifest.sig
openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig
grep -q $(sha256sum maskdata.csv | cut -c1-64) manifest.json && echo "maskdata.csv: as signed"
"""

VERIFY = Example(
    "verify",
    "sh",
    Text("驗證簽章與檔案", "Check the signature and a file"),
    _VERIFY.rstrip(),
)

EXAMPLES = (
    Example(
        "curl-poll",
        "sh",
        Text("curl：只在有變動時下載", "curl: fetch only when something changed"),
        _CURL_POLL.rstrip(),
        Text(
            "第一次 200，之後沒有變動就是 304，檔案留著不動。",
            "200 at first; 304 while nothing has changed, and the file stays as it is.",
        ),
    ),
    Example(
        "python-follow",
        "python",
        Text("Python：先抓全部，再只抓變動", "Python: everything once, then the changes"),
        _PYTHON_FOLLOW.rstrip(),
        Text("只用標準函式庫。", "Standard library only."),
    ),
    Example(
        "python-pandas",
        "python",
        Text("Python：pandas", "Python: pandas"),
        _PANDAS.rstrip(),
        Text(
            "代碼一定要當文字讀，否則開頭的 0 會不見。",
            "Read the code as text, or its leading zeros are lost.",
        ),
    ),
    Example(
        "javascript",
        "javascript",
        Text("JavaScript：瀏覽器或 Node 18 以上", "JavaScript: browser, or Node 18 and later"),
        _JAVASCRIPT.rstrip(),
        Text(
            "可跨網域（CORS *），不需金鑰。存成 .mjs 執行。",
            "From any origin (CORS *), without a key. Save it as .mjs to run it.",
        ),
    ),
    Example("r", "r", Text("R", "R"), _R.rstrip()),
    Example(
        "qgis",
        "sh",
        Text("QGIS 與 GDAL", "QGIS and GDAL"),
        'ogrinfo -so -al "/vsicurl/{origin}/data/outlets.geojson"',
        Text(
            "QGIS：圖層 → 加入向量圖層 → 來源類型選「協定：HTTP(S)」，URI 填"
            " {origin}/data/outlets.geojson。指令列用同一個驅動程式讀同一個檔案：",
            "QGIS: Layer, Add vector layer, source type Protocol: HTTP(S), URI"
            " {origin}/data/outlets.geojson. On the command line the same driver reads the same"
            " file:",
        ),
    ),
)

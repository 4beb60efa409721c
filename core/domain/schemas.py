"""JSON Schema and Table Schema of the published data, made from the data dictionary.

A JSON Schema is kept by those who build programs, so its lists of words are open: a word that is
added later is valid if it looks like one. A Table Schema describes the file that it comes with, so
its lists are closed. Patterns are anchored; an empty text means that nothing is known.

Source: JSON Schema draft 2020-12; Table Schema of Data Package 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.domain.dictionary import (
    API,
    CHANGES,
    GEOJSON,
    LINES,
    OFFICIAL,
    TEXT,
    WORD,
    Field,
    columns_of,
)
from core.domain.text import Text

OUTLET_SCHEMA = "outlet.schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
TABLE_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

_RFC3339 = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\+08:00"
# What a word that is added one day will look like.
_WORD = "^[a-z][a-z0-9_]*$"
_NOT_KNOWN = Text("沒有或不明", "none, or not known")
_LATER = Text("以後可能增加的值；請略過不認得的", "words may be added: skip what you do not know")
# The spelling of a time in the official file.
_SOURCE_TIME = "%Y/%m/%d %H:%M:%S"
_UP_TO_PUNCTUATION = re.compile(r"[^，；：,;:]+")

Schema = dict[str, Any]


def both(text: Text, between: str = " · ") -> str:
    """Return the words of both languages in one text, Chinese first."""
    return text.zh if text.zh == text.en else f"{text.zh}{between}{text.en}"


def outlet_schema(products: Sequence[str], address: str = OUTLET_SCHEMA) -> Schema:
    """Return the JSON Schema of an outlet as NDJSON, by-town files, changes and the API say it.

    ``$defs`` describe the properties of a GeoJSON feature and the line of a removed outlet.
    """
    whole, feature = columns_of(API, products), columns_of(GEOJSON, products)
    required = list(columns_of(LINES, products))
    feature.pop("geometry", None)
    return {
        "$schema": DRAFT,
        "$id": address,
        "title": "口罩販售點 · an outlet that sells masks",
        "description": (
            "outlets.ndjson 的一行、changes.ndjson 的一行、by-town 與 API 的一個物件。"
            "可能增加欄位與值：請略過不認得的。\n"
            "A line of outlets.ndjson or changes.ndjson, an object of by-town files and of the"
            " API. Members and words may be added: skip what you do not know."
        ),
        "type": "object",
        "required": required,
        "properties": {name: json_property(field) for name, field in whole.items()},
        "$defs": {
            "feature_properties": {
                "title": "outlets.geojson 的 properties · properties of a feature",
                "type": "object",
                "required": list(feature),
                "properties": {name: {"$ref": f"#/properties/{name}"} for name in feature},
            },
            "removed": {
                "title": "changes.ndjson：不再發布的代碼 · a code that is no longer published",
                "type": "object",
                "required": ["code", "removed"],
                "properties": {
                    "code": {"$ref": "#/properties/code"},
                    "removed": {
                        **json_property(columns_of(CHANGES)["removed"]),
                        "const": True,
                    },
                },
            },
        },
    }


def json_property(field: Field) -> Schema:
    """Return the JSON Schema of one field."""
    form = field.form
    said: Schema = {**_words_of(field), "type": _JSON_TYPES.get(form.type, form.type)}
    if form.minimum is not None:
        said["minimum"] = form.minimum
    if form.maximum is not None:
        said["maximum"] = form.maximum
    if field.allowed:
        said["anyOf"] = [
            *({"const": word, "title": both(text)} for word, text in field.allowed.items()),
            {"pattern": _WORD, "title": both(_LATER)},
        ]
    elif spelling := _spelling(field):
        empty = {"const": "", "title": both(_NOT_KNOWN)}
        said |= {"anyOf": [spelling, empty]} if form.may_be_empty else spelling
    if field.example and said["type"] == "string":
        said["examples"] = [field.example]
    return said


_JSON_TYPES = {"time": "string"}


def _spelling(field: Field) -> Schema:
    """Return how a text that is not empty is spelt; nothing where it is free."""
    if field.form.type == "time":
        return {"format": "date-time", "pattern": f"^{_RFC3339}$"}
    if field.form.pattern:
        return {"pattern": f"^{field.form.pattern}$"}
    return {}


def table_schema(
    file: str, heading: Sequence[str], products: Sequence[str], key: Sequence[str]
) -> Schema:
    """Return the Table Schema of a CSV file with this heading.

    Raises:
        KeyError: the dictionary does not know a column.
    """
    fields = columns_of(file, products)
    return schema_of_table({name: fields[name] for name in heading}, key, file == OFFICIAL)


def schema_of_table(
    columns: Mapping[str, Field], key: Iterable[str], official: bool = False
) -> Schema:
    """Return the Table Schema of these columns, in their order; ``key`` names a row."""
    return {
        "$schema": TABLE_PROFILE,
        "fields": [_column(name, field, official) for name, field in columns.items()],
        "primaryKey": list(key),
        "missingValues": [""],
    }


def _column(name: str, field: Field, official: bool) -> Schema:
    form = field.form
    said: Schema = {"name": name, **_words_of(field)}
    words = (f"{word}: {both(text)}" for word, text in field.allowed.items() if word)
    said["description"] = "\n".join([said["description"], *words])
    said["type"] = "datetime" if form.type == "time" else form.type
    if form.type == "time" and official:
        said["format"] = _SOURCE_TIME
    said["constraints"] = _constraints(field)
    return said


def _constraints(field: Field) -> Schema:
    form = field.form
    found: Schema = {"required": not form.may_be_empty and "" not in field.allowed}
    if form.pattern:
        found["pattern"] = form.pattern
    if form.minimum is not None:
        found["minimum"] = form.minimum
    if form.maximum is not None:
        found["maximum"] = form.maximum
    if field.allowed:
        found["enum"] = [word for word in field.allowed if word]
    return found


def _words_of(field: Field) -> Schema:
    """Return title and description; the title is how the meaning begins."""
    title = Text(_begin(field.meaning.zh), _begin(field.meaning.en))
    lines = [both(field.meaning, "\n")]
    if field.form not in (TEXT, WORD):
        lines.append(both(field.form))
    return {"title": both(title), "description": "\n".join(lines)}


def _begin(sentence: str) -> str:
    found = _UP_TO_PUNCTUATION.match(sentence)
    return found.group() if found else sentence

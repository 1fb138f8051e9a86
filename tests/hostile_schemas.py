"""Schemas that try to cost time, memory or the process, each with a result to compare.

Each family has one idea. Its sizes are drawn at random from a seed, so that a run can be repeated.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Case = tuple[Any, Any]
Family = Callable[[random.Random], Case]

PATTERNS = (
    "(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(.*)*x",
    r"^(\w+\s?)*$",
    r"^(?=(a+)+b)a*$",
    r"^(a+)+\1$",
    "((a{0,99}){0,99}){0,99}",
    "(?:.{0,200}){0,200}",
    r"\p{L}{1000}",
    "(" * 200 + "a" + ")" * 200,
    "(",
    "[z-a]",
    r"\u0000{65536}",
)
REMOTE = (
    "http://169.254.169.254/latest/meta-data/",
    "https://example.com/schema.json",
    "file:///etc/passwd",
    "ftp://example.com/x",
    "other.json",
    "//example.com/x",
    "urn:example:schema",
    "json-schema:///other",
)


def catastrophic_pattern(chance: random.Random) -> Case:
    result = "a" * chance.randrange(1_000, 60_000) + "!"
    return {"items": {"pattern": chance.choice(PATTERNS)}}, [result]


def many_patterns(chance: random.Random) -> Case:
    patterns = {f"^(\\w{{{n}}}){{1,{n}}}$": {} for n in range(2, chance.randrange(20, 300))}
    return {"patternProperties": patterns}, {f"name{n}" * 8: n for n in range(500)}


def doubling_references(chance: random.Random) -> Case:
    keyword, depth = chance.choice(["allOf", "anyOf", "oneOf"]), chance.randrange(20, 60)
    parts = {f"p{n}": {keyword: [{"$ref": f"#/$defs/p{n + 1}"}] * 2} for n in range(depth)} | {
        f"p{depth}": {"type": chance.choice(["string", "object"])}
    }
    return {"$defs": parts, "$ref": "#/$defs/p0"}, {"a": 1}


def doubling_recursion(chance: random.Random) -> Case:
    keyword = chance.choice(["allOf", "anyOf"])
    down = {"additionalProperties": {"$ref": "#"}}
    value: Any = 1
    for _ in range(25):
        value = {"a": value}
    return {keyword: [down] * chance.randrange(2, 60), "minProperties": 1}, value


def circle(chance: random.Random) -> Case:
    length = chance.randrange(1, 200)
    parts = {f"p{n}": {"$ref": f"#/$defs/p{(n + 1) % length}"} for n in range(length)}
    return {"$defs": parts, "$ref": "#/$defs/p0"}, {}


def dynamic_circle(chance: random.Random) -> Case:
    keyword = chance.choice(["allOf", "anyOf", "oneOf", "not", "if"])
    inner = {"$dynamicRef": "#m"}
    return {"$dynamicAnchor": "m", keyword: [inner] if keyword.endswith("Of") else inner}, {}


def too_deep(chance: random.Random) -> Case:
    depth, keyword = chance.randrange(14, 10_000), chance.choice(["not", "items", "if"])
    return f'{{"{keyword}":' * depth + "{}" + "}" * depth, {}


def deep_as_allowed(chance: random.Random) -> Case:
    schema: Any = {"unevaluatedProperties": False}
    for _ in range(12):
        schema = {"allOf": [schema], "unevaluatedProperties": chance.choice([False, schema])}
    return schema, {f"a{n}": n for n in range(1_000)}


def long_enumeration(chance: random.Random) -> Case:
    members = [f"m{n}" for n in range(chance.randrange(500, 1_800))]
    return {"items": {"enum": members}}, ["none"] * chance.randrange(1_000, 7_000)


def unique_objects(chance: random.Random) -> Case:
    count = chance.randrange(1_000, 2_400)
    return {"uniqueItems": True}, [{"a": n, "b": -n} for n in range(count)]


def another_document(chance: random.Random) -> Case:
    keyword = chance.choice(["$ref", "$dynamicRef", "$schema"])
    return {"properties": {"a": {keyword: chance.choice(REMOTE)}}}, {"a": 1}


def hidden_base(chance: random.Random) -> Case:
    return {"$id": chance.choice(REMOTE), "$ref": "next.json#/a"}, {}


def odd_numbers(chance: random.Random) -> Case:
    step = chance.choice([1e-308, 1e308, 5e-324, 0.1, 3, 10**300, 0, -1])
    return {"additionalProperties": {"multipleOf": step}}, {"a": 1e308, "b": 0.3, "c": 10**300}


def wrong_shape(chance: random.Random) -> Case:
    keyword = chance.choice(["type", "properties", "required", "items", "minLength", "$defs"])
    return {keyword: chance.choice([[], {}, -1, "x", None, True, [{}], {"a": 1}])}, {}


def too_large(chance: random.Random) -> Case:
    return {"description": "x" * chance.randrange(17 * 1024, 60 * 1024)}, {}


def many_faults(chance: random.Random) -> Case:
    count = chance.randrange(5_000, 14_000)
    return {"items": {"allOf": [{"type": "string"}] * 50}}, [1] * count


FAMILIES: tuple[Family, ...] = (
    catastrophic_pattern,
    many_patterns,
    doubling_references,
    doubling_recursion,
    circle,
    dynamic_circle,
    too_deep,
    deep_as_allowed,
    long_enumeration,
    unique_objects,
    another_document,
    hidden_base,
    odd_numbers,
    wrong_shape,
    too_large,
    many_faults,
)


def cases(count: int, seed: int = 17) -> Iterator[tuple[str, str, Any]]:
    """Yield the name of a family, a schema as JSON text, and a result, of all families in turn."""
    chance = random.Random(seed)
    for number in range(count):
        family = FAMILIES[number % len(FAMILIES)]
        schema, result = family(chance)
        text = schema if isinstance(schema, str) else json.dumps(schema)
        yield family.__name__, text, result

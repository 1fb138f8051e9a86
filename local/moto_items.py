"""Make moto's items faster, with the same content.

moto copies values that nothing changes, and measures an item once for each of its attributes. It
also keeps every item that was ever made, so that a long run of the server would need more and more
memory.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord

from local.moto_replace import Method, replace

MOST_BYTES = 405_000  # moto's own limit of an item


def cast_value(self: DynamoType) -> Any:
    """Return the Python value. moto copies each part of it first."""
    kind, value = self.type, self.value
    if kind == "M":
        return {name: _typed(each).cast_value for name, each in value.items()}
    if kind == "L":
        return [_typed(each).cast_value for each in value]
    return _cast_scalar(self) if kind in ("N", "NS", "SS", "BS", "NULL") else value


_cast_scalar: Method = DynamoType.cast_value.fget  # type: ignore[attr-defined]


def size(self: DynamoType) -> int:
    """Return the bytes of a value. moto copies each part of it first."""
    kind, value = self.type, self.value
    if kind == "S" and type(value) is str:
        return _bytes(value)
    if kind == "M":
        return sum(_bytes(name) + _typed(each).size() for name, each in value.items())
    if kind == "L":
        return sum(each.size() for each in value)
    return int(_size_of_scalar(self))


def size_of_item(self: Item) -> int:
    """Return the bytes of an item."""
    return sum(_bytes(name) + value.size() for name, value in self.attrs.items())


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


_size_of_scalar: Method = DynamoType.size


def _typed(value: Any) -> DynamoType:
    return value if type(value) is DynamoType else DynamoType(value)


def to_regular_json(self: DynamoType) -> dict[str, Any]:
    """Return the typed JSON of a value. moto copies all of it again at each level."""
    if self.type == "M":
        return {"M": {name: _typed(each).to_regular_json() for name, each in self.value.items()}}
    if self.type == "L":
        return {"L": [_typed(each).to_regular_json() for each in self.value]}
    scalar: dict[str, Any] = _scalar_to_json(self)
    return scalar


_scalar_to_json: Method = DynamoType.to_regular_json


def copy_value(self: DynamoType, _memo: Any = None) -> DynamoType:
    """Copy what can change. Nothing changes a string, a number, bytes, a boolean or a null."""
    if self.type in ("S", "N", "B", "BOOL", "NULL"):
        return self
    result = DynamoType.__new__(DynamoType)
    result.type = self.type
    if self.type == "M":
        result.value = {name: copy.deepcopy(each) for name, each in self.value.items()}
    elif self.type == "L":
        result.value = [copy.deepcopy(each) for each in self.value]
    else:
        result.value = list(self.value)
    return result


def copy_item(self: Item, _memo: Any = None) -> Item:
    """Copy an item. moto keeps a record of each copied part, though no part occurs twice."""
    attributes = {name: copy_value(value) for name, value in self.attrs.items()}
    return _item(self.hash_key, self.range_key, attributes)


def measured_once(
    self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
) -> None:
    """Make an item, and measure it once. moto measures all of it for each attribute."""
    values = {name: DynamoType(value) for name, value in attrs.items()}
    vars(self).update(vars(_item(hash_key, range_key, values)))
    if self.size() > MOST_BYTES:
        raise ItemSizeTooLarge


def _item(
    hash_key: DynamoType, range_key: DynamoType | None, attributes: dict[str, DynamoType]
) -> Item:
    result: Item = object.__new__(Item)
    result.hash_key, result.range_key = hash_key, range_key
    result.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(result.attrs, attributes)
    return result


def project(whole: Method) -> Method:
    """Keep some attributes of an item. moto converts all of it for each of them."""

    def keep(self: Item, projection_expressions: list[list[str]]) -> Item:
        names = [path[0] for path in projection_expressions]
        if any(len(path) != 1 or "[" in path[0] for path in projection_expressions):
            whole_item: Item = whole(self, projection_expressions)
            return whole_item
        kept = {name: copy_value(self.attrs[name]) for name in names if name in self.attrs}
        return _item(self.hash_key, self.range_key, kept)

    return keep


def untracked(cls: type, *_: Any, **__: Any) -> Any:
    """Make an object that moto does not keep for ever."""
    return object.__new__(cls)


def speed_up_items() -> None:
    """Replaces the parts of moto named above."""
    replace(DynamoType, "cast_value", property(cast_value))
    replace(DynamoType, "size", size)
    replace(DynamoType, "to_regular_json", to_regular_json)
    replace(DynamoType, "__deepcopy__", copy_value)
    replace(Item, "size", size_of_item)
    replace(Item, "__deepcopy__", copy_item)
    replace(Item, "__init__", measured_once)
    replace(Item, "project", project(Item.project))
    replace(Item, "__new__", untracked)
    replace(StreamRecord, "__new__", untracked)

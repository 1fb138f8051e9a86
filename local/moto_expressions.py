"""Make moto's expressions faster, with the same meaning.

A program has few expressions and uses them again and again. moto reads each of them several times
per request. It also asks of each node whether it is of an abstract class, which is slow.
"""

from __future__ import annotations

import copy
import functools
import importlib
from collections import deque
from typing import Any

from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser

from local.moto_replace import Method, replace

# Loaded like this because moto hides the types of both from mypy.
ast_nodes: Any = importlib.import_module("moto.dynamodb.parsing.ast_nodes")
expressions: Any = importlib.import_module("moto.dynamodb.parsing.expressions")

MOST_KEPT = 1000  # expressions of a kind


def lexed_once(lex: Method) -> Method:
    """Split a condition into its words once. Nothing changes the words."""

    @functools.lru_cache(MOST_KEPT)
    def words(expression: str) -> tuple[Any, ...]:
        return tuple(lex(ConditionExpressionParser(expression, None, None)))

    return lambda self: deque(words(self.condition_expression))


Names = tuple[tuple[str, str], ...] | None


class _Unknown(dict[str, Any]):
    """The values of an expression that is read before they are known."""

    def __missing__(self, name: str) -> None:
        return None


def shaped_once(parse: Method) -> Method:
    """Read the shape of a condition once for its names. Its values come with each request."""

    @functools.lru_cache(MOST_KEPT)
    def shape(expression: str, names: Names) -> tuple[Any, list[str], list[str]]:
        known = None if names is None else dict(names)
        parser: Any = ConditionExpressionParser(expression, known, _Unknown())
        parser._make_op_condition = lambda node: node  # The last step of `parse`.
        return parse(parser), parser.expr_attr_names_found, parser.expr_attr_values_found

    def once(self: Any) -> Any:
        names, values = self.expression_attribute_names, self.expression_attribute_values or {}
        if not self.condition_expression:
            return parse(self)
        given = None if names is None else tuple(names.items())
        root, found, used = shape(self.condition_expression, given)
        if not all(name in values for name in used):
            return parse(self)
        self.expr_attr_names_found.extend(found)
        self.expr_attr_values_found.extend(used)
        return self._make_op_condition(root)

    return once


def valued(make_operand: Method) -> Method:
    """Take the value of a placeholder from the request, as its shape has none."""
    kind = ConditionExpressionParser.Kind.EXPRESSION_ATTRIBUTE_VALUE

    def make(self: Any, node: Any) -> Any:
        if node.kind == kind:
            return AttributeValue(self.expression_attribute_values[node.text])
        return make_operand(self, node)

    return make


def parsed_once(make: Method) -> Method:
    """Parse an update once. Nothing changes the tree: moto's validator copies it first."""
    return functools.lru_cache(MOST_KEPT)(make)


def copy_node(self: Any, _memo: Any = None) -> Any:
    """Copy a tree below its root."""
    result = object.__new__(type(self))
    vars(result).update(vars(self), parent=None)
    if self.children is not None:
        result.children = [copy.deepcopy(each) for each in self.children]
        for child in result.children:
            if isinstance(child, ast_nodes.Node):
                child.parent = result
    return result


_is_of: Any = functools.cache(issubclass)


def find_clauses(self: Any, kinds: Any) -> list[Any]:
    """Find the clauses of some kinds below a node, as moto does, and ask for each class once."""
    found = []
    for child in self.children or ():
        if type(child) in kinds:
            found.append(child)
        elif _is_of(type(child), (ast_nodes.Expression, ast_nodes.UpdateExpressionFunction)):
            found += child.find_clauses(kinds)
    return found


def traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    """Process a tree from its leaves, as moto does, and ask for each class only once."""
    if not _is_of(type(node), (ast_nodes.Node,)):
        return node
    parent = node.parent
    for index, child in enumerate(node.children or ()):
        self.pre_processing_of_child(node, index)
        self.traverse_node_recursively(child, index)
    kinds = vars(self).get("_kinds")
    if kinds is None:
        kinds = vars(self)["_kinds"] = self.nodes_to_be_processed()
    if _is_of(type(node), kinds):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def speed_up_expressions() -> None:
    """Replaces the parts of moto named above."""
    lex = "_lex_condition_expression"
    whole = getattr(ConditionExpressionParser, lex)
    replace(ConditionExpressionParser, lex, lexed_once(whole))
    parse, make_operand = ConditionExpressionParser.parse, "_make_operand"
    replace(ConditionExpressionParser, "parse", shaped_once(parse))
    operand = getattr(ConditionExpressionParser, make_operand)
    replace(ConditionExpressionParser, make_operand, valued(operand))
    replace(ast_nodes.Node, "find_clauses", find_clauses)
    parser = expressions.UpdateExpressionParser
    replace(parser, "make", parsed_once(parser.make))
    replace(ast_nodes.Node, "__deepcopy__", copy_node)
    replace(ast_nodes.DepthFirstTraverser, "traverse_node_recursively", traverse)

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

from moto.dynamodb.comparisons import ConditionExpressionParser

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
    parser = expressions.UpdateExpressionParser
    replace(parser, "make", parsed_once(parser.make))
    replace(ast_nodes.Node, "__deepcopy__", copy_node)
    replace(ast_nodes.DepthFirstTraverser, "traverse_node_recursively", traverse)

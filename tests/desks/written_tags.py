"""Every tag of the audit trail that the code can write, read out of the code."""

import ast
import re
from collections.abc import Iterator

from server.intake.lifecycle import UploadState
from tests.architecture.tree import is_written_by_hand, texts_of

_TAG = re.compile(r"[a-z-]+:[a-z-]+")
_WRITERS = ("server", "workers", "mobile_bridge")
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def written_tags() -> set[str]:
    """Literals in functions (Actions are not), steps of a case without a tag of their own, ends of uploads."""
    ended = set(UploadState) - {UploadState.RECEIVING, UploadState.COMPLETE}
    uploads = {"upload:completed", *(f"upload:{state}" for state in ended)}
    functions = [node for tree in _trees() for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
    return uploads | {tag for function in functions for node in ast.walk(function) for tag in _tags(node)}


def _trees() -> Iterator[ast.Module]:
    for path, text in texts_of(".py"):
        if path.parts[0] in _WRITERS and is_written_by_hand(path):
            yield ast.parse(text)


def _tags(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if _TAG.fullmatch(text):
            yield text
        case ast.Call(func=ast.Name(id="take_step"), keywords=named, args=[_, _, ast.Attribute(attr=event), *_]):
            if "tag" not in {keyword.arg for keyword in named}:
                yield f"case:{event.lower().replace('_', '-')}"
        case _:
            pass

"""The tree printed as C, so that the parser reads the same tree again."""

from __future__ import annotations

from collections.abc import Iterator

from qidl.cparse.annotations import split
from qidl.cparse.lexer import spell
from qidl.cparse.tree import Annotation, Member, StructDeclaration, Tokens
from qidl.cparse.words import WORDS, WORDS_WITH_ARGUMENTS

_WORD_OF = {kinds[0]: word for word, kinds in WORDS.items()}
_WORD_OF_PAIR = {kinds: word for word, kinds in WORDS_WITH_ARGUMENTS.items()}


def print_struct(declaration: StructDeclaration, *, preprocessed: bool = False) -> str:
    """Print a declaration as it is written, or as the preprocessor leaves it.

    A struct in a typedef, or with another tag than its id, has only the second form.
    """
    written = not preprocessed and not declaration.typedef and declaration.tag == declaration.id
    suffix = "_PUBLIC" if declaration.public else ""
    parameters = ", ".join(_parameters(declaration, written=written))
    if written:
        head = f"QIDL_DECLARE{suffix}({parameters})"
    else:
        typedef = "typedef " if declaration.typedef else ""
        head = f"QIDL_START{suffix}({parameters}) {typedef}struct"
        head += f" {declaration.tag}" if declaration.tag else ""
    tail = f" {declaration.typedef}" if declaration.typedef else ""
    comment = f"/* {_comment(declaration.comment)} */\n" if declaration.comment else ""
    members = "".join(f"    {print_member(each, preprocessed=not written)}\n" for each in declaration.members)
    return f"{comment}{head} {{\n{members}}}{tail};\n"


def print_member(member: Member, *, preprocessed: bool = False) -> str:
    """Print one member, with its semicolon and the comment beside it."""
    parts = ["const"] if member.const else []
    if member.nested is None:
        parts.append(member.type)
    elif member.nested.kind in ("struct", "union", "enum"):
        parts += [member.nested.kind, member.nested.tag, f"{{ {spell(member.nested.body)} }}"]
    else:
        parts.append(f"{member.nested.kind}({spell(member.nested.body)})")
    parts += _annotations(member.before, preprocessed)
    parts.append(_declarator(member))
    if member.bits is not None:
        parts.append(f": {spell(member.bits)}")
    parts += _annotations(member.after, preprocessed)
    comment = f" /* {_comment(member.comment)} */" if member.comment else ""
    return " ".join(part for part in parts if part) + ";" + comment


def _declarator(member: Member) -> str:
    stars = "*" * member.pointers
    dimensions = "".join(f"[{spell(tokens)}]" for tokens in member.dimensions)
    if member.parameters is None:
        return f"{stars}{member.name}{dimensions}"
    return f"{stars}(*{member.name}{dimensions})({spell(member.parameters)})"


def _parameters(declaration: StructDeclaration, *, written: bool) -> Iterator[str]:
    yield declaration.id
    if declaration.default_tag != "standard":
        tag = declaration.default_tag
        yield _WORD_OF[tag] if written else _raw(Annotation(tag))
    if declaration.skip_state:
        yield "skip_state"
    if declaration.skip_properties:
        yield "skip_properties"


def _annotations(annotations: tuple[Annotation, ...], preprocessed: bool) -> Iterator[str]:
    """Print annotations, two of them as one macro where there is one that stands for both."""
    if preprocessed:
        yield from map(_raw, annotations)
        return
    rest = list(annotations)
    while rest:
        annotation = rest.pop(0)
        pair = _WORD_OF_PAIR.get((annotation.kind, rest[0].kind)) if rest else None
        if pair:
            yield f"{pair}({_listed(rest.pop(0).arguments)})"
        else:
            yield _WORD_OF.get(annotation.kind) or _raw(annotation)


def _raw(annotation: Annotation) -> str:
    group = "property" if annotation.kind == "property" else f"serialize, {annotation.kind}"
    return f"QIDL({group}, {_listed(annotation.arguments)})" if annotation.arguments else f"QIDL({group})"


def _listed(tokens: Tokens) -> str:
    return ", ".join(spell(part) for part in split(tokens, at_any_depth=True))


def _comment(words: str) -> str:
    return " ".join(words.split()).replace("*/", "* /").replace("/*", "/ *")

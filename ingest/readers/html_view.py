"""Shows an HTML page as it looks, without its scripts and without asking any machine for anything.

A passage is found by its letters: those of the reader's text are those of the page, in the same
order, whatever spaces, bullets and bars the reader put between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.readers.html import parse_html, text_nodes
from quoth.datatypes import PageMarkup
from quoth.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_QUOTE_ID, _QUOTE_CLASS = "quote", "quoth-quote"
_LARGEST = 8_000_000  # characters of markup: pictures inside it are most of such a page
_LONGEST_STYLE = 200_000
_DEEPEST = 400  # elements in each other: cleaning takes their number's square
_SPACE = re.compile(r"[\W_]+")
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_CLOSING = re.compile(r"[.,;:!?)\]\"'”’%]*")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_RULE_THAT_LOADS = re.compile(r"@(?=import|font-face|namespace|charset)", re.IGNORECASE)
_FUNCTION_THAT_LOADS = re.compile(
    r"(?:url|src|image|image-set|cross-fade|element|expression|paint)\s*\(", re.IGNORECASE
)
_MORE_TAGS = frozenset(
    ("address", "big", "caption", "dialog", "fieldset", "figcaption", "figure", "font", "footer",
     "header", "legend", "main", "nav", "section", "tfoot", "wbr")
)  # fmt: skip
_ATTRIBUTES = frozenset(
    ("align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "color", "colspan", "dir",
     "face", "height", "hidden", "lang", "open", "reversed", "rowspan", "scope", "size", "span", "start",
     "style", "title", "type", "valign", "value", "width")
)  # fmt: skip
_GONE_WITH_CONTENT = frozenset(
    ("button", "embed", "iframe", "object", "script", "select", "style", "svg", "template",
     "textarea", "title")
)  # fmt: skip
# No element of the page itself can undo what a style sheet of its own says of the quote.
_HIGHLIGHT = "background:#fbe7a1 !important;color:#1c1a12 !important;scroll-margin-top:30vh"
# The last word: even what slipped through asks no machine for anything, and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_PAPER = """html{background:#fff;color:#1c1c1c;color-scheme:only light}
body{margin:0;padding:1.2rem 1.4rem;font:1rem/1.55 Georgia,serif;overflow-wrap:break-word}
img,table,pre{max-width:100%}pre{overflow-x:auto}a{color:#17655f;text-decoration:underline}
td,th{vertical-align:top}tr:has(mark.quoth-quote){background:#fdf6dc}"""


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters and figures of the page's text nodes, one after the other."""

    nodes: tuple[LexborNode, ...]
    ends: tuple[int, ...]
    all: str

    @classmethod
    def of(cls, nodes: Sequence[LexborNode]) -> _Letters:
        squeezed = [letters(node.text_content or "") for node in nodes]
        return cls(tuple(nodes), tuple(accumulate(map(len, squeezed))), "".join(squeezed))

    def find(self, wanted: str, near: int) -> int:
        """Where the wanted letters begin, nearest to where they should; -1 when nowhere."""
        after = self.all.find(wanted, near)
        before = self.all.rfind(wanted, 0, near + len(wanted) - 1) if near else -1
        if -1 in (after, before):
            return max(after, before)
        return after if after - near <= near - before else before


def look(
    markup: str,
    source: str,
    text: str,
    spans: Sequence[tuple[int, int]],
    plain: Callable[[str], str] = str,
) -> PageMarkup:
    """The page as a whole HTML document, with each span of `text`, its text, marked.

    `plain` gives the words that are seen of a piece of the text, where these are others. Raises LimitError for a page that is too large to be sent to a browser.
    """
    tree = parse_html(markup)
    if _is_deeper(tree, _DEEPEST):
        raise _too_large(source)
    for node in tree.css(f"[id], .{_QUOTE_CLASS}"):
        for name in {"id", "class"} & node.attributes.keys():
            if name == "id" or _QUOTE_CLASS in (node.attributes[name] or ""):
                del node.attrs[name]
    style = quiet_style("\n".join(node.text() for node in tree.css("style"))[:_LONGEST_STYLE])
    found = _mark(tree, text, spans, plain)
    body = _clean((tree.body.html if tree.body else tree.html) or "")
    if len(body) > _LARGEST:
        raise _too_large(source)
    return PageMarkup(_whole(style, body), found)


def _too_large(source: str) -> LimitError:
    return LimitError(
        f"{PurePath(source).name} is too large to be shown as it looks; read its text"
    )


def _is_deeper(tree: LexborHTMLParser, limit: int) -> bool:
    stack = [(tree.root, 0)] if tree.root else []
    while stack:
        node, depth = stack.pop()
        if depth > limit:
            return True
        stack.extend((child, depth + 1) for child in node.iter())
    return False


def letters(text: str) -> str:
    """The text without anything that is no letter and no figure."""
    return _SPACE.sub("", text)


def quiet_style(style: str) -> str:
    """A style sheet, or declarations, that load nothing and end no element around them."""
    plain = _COMMENT.sub("", style).replace("\\", "").replace("</", "< /")
    return _FUNCTION_THAT_LOADS.sub("x(", _RULE_THAT_LOADS.sub("@x-", plain))


def _mark(
    tree: LexborHTMLParser,
    text: str,
    spans: Sequence[tuple[int, int]],
    plain: Callable[[str], str],
) -> tuple[bool, ...]:
    """Put marks around the spans; say of each whether it was found."""
    page = _Letters.of(text_nodes(tree))
    places: list[tuple[int, int]] = []
    found: list[bool] = []
    for start, end in spans:
        near = len(letters(plain(text[:start])))
        seen = {letters(plain(text[start:end])), letters(text[start:end])} - {""}
        at = {each: page.find(each, near) for each in seen}
        best = max((each for each in seen if at[each] >= 0), key=len, default="")
        found.append(bool(best))
        if best:
            places.append((at[best], at[best] + len(best)))
    _wrap(tree, page, _joined(places))
    return tuple(found)


def _wrap(tree: LexborHTMLParser, page: _Letters, places: Sequence[tuple[int, int]]) -> None:
    """Mark what of the places lies in each text node, which has the letters `begin` to `end`."""
    first = True
    for at, node in enumerate(page.nodes):
        begin, end = page.ends[at - 1] if at else 0, page.ends[at]
        cuts = [(s - begin, e - begin) for s, e in places if max(s, begin) < min(e, end)]
        if cuts:
            _split(tree, node, cuts, first=first)
            first = False


def _joined(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _split(
    tree: LexborHTMLParser, node: LexborNode, cuts: Sequence[tuple[int, int]], *, first: bool
) -> None:
    """Put a mark around the letters of each cut, and what stands between them, in a text node.

    A cut that begins before the node or goes on after it takes its edges along.
    """
    words = node.text_content or ""
    offsets = [match.start() for match in re.finditer(r"[^\W_]", words)]
    done = 0
    for start, end in cuts:
        begin = offsets[start] if start >= 0 else 0
        finish = offsets[end - 1] + 1 if end <= len(offsets) else len(words)
        finish += len(_CLOSING.match(words, finish)[0])  # type: ignore[index]
        mark = tree.create_node("mark")
        mark.attrs["class"], mark.attrs["style"] = _QUOTE_CLASS, _HIGHLIGHT
        if first:
            mark.attrs["id"] = _QUOTE_ID
            first = False
        mark.insert_child(words[begin:finish])
        node.insert_before(words[done:begin])
        node.insert_before(mark)
        done = finish
    node.insert_before(words[done:])
    node.decompose()


def _clean(markup: str) -> str:
    """The markup with harmless elements and attributes only."""
    import nh3

    tags = (nh3.ALLOWED_TAGS | _MORE_TAGS) - {"area", "map"}
    return nh3.clean(
        markup,
        tags=set(tags),
        clean_content_tags=set(_GONE_WITH_CONTENT),
        attributes={"*": set(_ATTRIBUTES), "img": {"src", "alt"}, "mark": {"id"}},
        attribute_filter=_attribute,
        url_schemes={"data"},
        url_relative="deny",
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return quiet_style(value)
    if (tag, name) == ("img", "src"):
        return value if _PICTURE.fullmatch(value) else None
    return value


def _whole(style: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<style>{_PAPER}</style><style>{style}</style></head><body>{body}</body></html>"
    )

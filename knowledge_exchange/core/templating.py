"""Jinja for pages that are asked for often: what never changes is settled when a template is compiled.

A page has about ninety words and thirty icons that are the same at every request. Looking each up
cost more than all the rest of the page; here they become part of the template's plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import current_app, get_template_attribute
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

#: The indentation of a template's lines: in a browser one break says the same.
_INDENT = re.compile(r"[ \t]*\n[ \t\n]*")
#: What is left of it behind a tag of Jinja, whose own break has gone.
_GAP = re.compile(r"[ \t]{2,}")
#: Templates whose macros depend on their arguments alone.
PURE = frozenset({"_icons.html"})
_GETTEXT = frozenset({"_", "gettext"})


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template file, found once in each app: a page of results asks for its parts sixty times."""
    found: dict[tuple[str, str], Callable[..., Markup]] = current_app.extensions.setdefault("ke_macros", {})
    if (template, name) not in found or current_app.jinja_env.auto_reload:
        found[template, name] = get_template_attribute(template, name)
    return found[template, name]


class SettlingEnvironment(Environment):
    """Puts texts and icons with constant arguments into the compiled template.

    There is one language. With a second one, texts must stay calls: set ``settles_texts`` to False.
    """

    settles_texts = True

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        if (name or "").endswith(".html"):
            _strip_indents(tree)
        settled: nodes.Template = _Settling(self, tree, bool(escapes)).visit(tree)
        return settled


def _strip_indents(tree: nodes.Template) -> None:
    """Leave of each line's indentation, and of empty lines, the one break that parts words."""
    for text in tree.find_all(nodes.TemplateData):
        text.data = _GAP.sub(" ", _INDENT.sub("\n", text.data))


class _Settling(NodeTransformer):
    def __init__(self, environment: SettlingEnvironment, tree: nodes.Template, escapes: bool) -> None:
        self._environment = environment
        self._escapes = escapes
        self._pure = _pure_macros(tree)
        # A name that the template gives itself is not ours.
        self._own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
        self._own |= {macro.name for macro in tree.find_all(nodes.Macro)}

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 -- Jinja's name
        """A call that always gives the same becomes what it gives."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name in self._own:
            return node
        values = _constants(node)
        name = node.node.name
        if values is None:
            return node
        if name in _GETTEXT and self._environment.settles_texts and len(values) == 1:
            return self._text(str(values[0]), node)
        if name in self._pure:
            template, macro = self._pure[name]
            call = getattr(self._environment.get_template(template).module, macro)
            return nodes.Const(call(*values), lineno=node.lineno)
        return node

    def _text(self, message: str, node: nodes.Call) -> nodes.Const:
        """As the i18n extension gives it: safe HTML, with doubled percent signs made one."""
        text = message % {}
        return nodes.Const(Markup(text) if self._escapes else text, lineno=node.lineno)  # noqa: S704 -- our own words


def _pure_macros(tree: nodes.Template) -> dict[str, tuple[str, str]]:
    """Names under which this template knows macros of :data:`PURE`, with template and macro."""
    found = {}
    for node in tree.find_all(nodes.FromImport):
        if isinstance(node.template, nodes.Const) and node.template.value in PURE:
            for name in node.names:
                macro, alias = name if isinstance(name, tuple) else (name, name)
                found[alias] = (str(node.template.value), macro)
    return found


def _constants(call: nodes.Call) -> list[Any] | None:
    """The arguments, if they are all constant and without names."""
    if call.kwargs or call.dyn_args or call.dyn_kwargs:
        return None
    values = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
    return values if len(values) == len(call.args) else None

"""What is settled when a template is compiled is what the calls would have given."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import DictLoader

from knowledge_exchange.core import i18n, paths, templating

ICONS = '{% macro icon(id, extra="") %}<svg class="{{ extra }}">{{ id }}</svg>{% endmacro %}'
PAGES = {
    "words.html": "{{ _('Fish & chips') }} {{ gettext('50%% off') }}",
    "words.txt": "{{ _('Fish & chips') }}",
    "name.html": "{{ _('Hello %(name)s', name='<b>') }}",
    "counted.html": "{% for n in (1, 2) %}{{ ngettext('%(num)s reply', '%(num)s replies', n) }} {% endfor %}",
    "attribute.html": "<p title=\"{{ _('Say') }}\">{{ {'a': _('A')}.get('a') }}</p>",
    "icon.html": "{% from '_icons.html' import icon as sign %}{{ sign('i-x') }}{{ sign('<i>', 'y') }}{{ sign(id) }}",
    "own.html": "{% macro gettext(x) %}[{{ x }}]{% endmacro %}{{ gettext('mine') }}",
    "own_loop.html": "{% for _ in ['a'] %}{{ _ }}{% endfor %}",
}


def pages(settling: bool) -> Flask:
    app = Flask(__name__)
    if settling:
        app.jinja_environment = templating.SettlingEnvironment
    app.jinja_env.loader = DictLoader({"_icons.html": ICONS, **PAGES})
    i18n.init_app(app)
    return app


@pytest.mark.parametrize("name", PAGES)
def test_a_settled_page_is_the_same_page(name: str) -> None:
    shown = []
    for settling in (False, True):
        app = pages(settling)
        with app.test_request_context():
            shown.append(app.jinja_env.get_template(name).render(id="i-z"))
    assert shown[0] == shown[1]


def test_texts_and_icons_with_constant_arguments_are_no_calls_any_more() -> None:
    app = pages(settling=True)

    def never(*_arguments: object, **_names: object) -> str:
        raise AssertionError("a settled text was looked up")

    app.jinja_env.install_gettext_callables(gettext=never, ngettext=never, newstyle=True)  # type: ignore[attr-defined]
    with app.test_request_context():
        assert app.jinja_env.get_template("words.html").render() == "Fish & chips 50% off"
    code = app.jinja_env.compile(PAGES["icon.html"], "icon.html", raw=True)
    assert '<svg class="">i-x</svg>' in code


@pytest.mark.databases("sqlite")
def test_every_template_of_the_exchange_compiles(app: Flask) -> None:
    folder = paths.templates()
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.*")]
    assert len(names) > 30
    assert isinstance(app.jinja_env, templating.SettlingEnvironment)
    for name in names:
        app.jinja_env.get_template(name)

"""Writing in a real browser: nothing typed is lost, nothing is sent twice, and nobody finds another's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

MEMBER, COLLEAGUE = "member@demo.example", "colleague@demo.example"
TITLE = "May a roster be changed on the day?"
BODY = "It was changed at seven for an eight o'clock start."
SignIn = Callable[..., "Page"]


def write(page: Page) -> None:
    page.goto("/n/north-west/new?kind=problem")
    page.get_by_label("Title").fill(TITLE)
    body = page.locator("#body")
    body.fill(BODY)
    page.locator("[data-saved]", has_text="Saved").wait_for()


def kept(page: Page) -> int:
    """How many drafts this browser keeps."""
    return int(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ke-draft:')).length"))


def test_a_text_outlives_the_page_and_is_forgotten_once_posted(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.goto("/")
    page.goto("/n/north-west/new")
    assert page.get_by_label("Title").input_value() == TITLE
    assert page.locator("#body").input_value() == BODY
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    assert kept(page) == 0
    page.goto("/n/north-west/new")
    assert page.locator("#body").input_value() == ""


def test_a_text_can_be_thrown_away(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.reload()
    page.get_by_role("button", name="Start afresh").click()
    page.wait_for_function("() => document.querySelector('#body')?.value === ''")
    assert kept(page) == 0


def test_signing_out_leaves_no_words_behind(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.locator(".me summary").click()
    page.locator("[data-sign-out] button").click()
    page.wait_for_url(lambda url: "/new" not in url)
    assert kept(page) == 0


def test_the_next_person_at_this_computer_does_not_find_the_words_of_the_last(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.context.clear_cookies()  # the sign-in ran out; nobody pressed "Sign out"
    page.goto("/sign-in")
    page.fill("main input[name=email]", COLLEAGUE)
    page.fill("main input[name=password]", "demo-Knowledge-1")
    page.click("main form button[type=submit]")
    page.goto("/n/north-west/new")
    assert page.locator("#body").input_value() == ""
    assert kept(page) == 0


def test_two_clicks_post_one_reply(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west")
    page.locator(".row__title a").first.click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    # It opens where the reader left off; the address that is waited for shall be that of the reply.
    page.goto(re.sub(r"[?#].*", "", page.url))
    page.get_by_label("Your reply").fill("Once is enough.")
    page.get_by_role("button", name="Post the reply").dblclick()
    page.wait_for_url(re.compile(r"#p\d+$"))
    page.reload()
    page.wait_for_load_state()
    assert page.locator("article.post", has_text="Once is enough.").count() == 1


def test_quoting_takes_what_is_selected_and_answers_that_post(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile("Two surgical divisions")).first.click()
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    post = page.locator(".talk article.post").first
    chosen = post.locator(".prose").evaluate(
        """prose => {
          const range = document.createRange();
          range.setStart(prose.querySelector('p').firstChild, 0);
          range.setEnd(prose.querySelector('p').firstChild, 8);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          return String(getSelection()).trim();
        }"""
    )
    post.locator("[data-quote]").click()
    name = post.locator(".by b").first.inner_text().strip()
    said = page.wait_for_function("() => document.querySelector('#body').value.trim()").json_value()
    assert said == f"> [{name}](/p/{(post.get_attribute('id') or '')[1:]}):\n>\n> {chosen}"
    assert page.locator("[name=parent]").input_value() == (post.get_attribute("id") or "")[1:]
    page.locator("[data-reply-to-all]").click()
    assert page.locator("[name=parent]").input_value() == page.locator("[name=parent]").get_attribute("data-root")


def test_the_toolbar_writes_for_those_who_do_not_know_the_signs(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west/new")
    body = page.locator("#body")
    body.fill("first\nsecond")
    body.press("ControlOrMeta+a")
    page.get_by_role("button", name="List").click()
    assert body.input_value() == "- first\n- second"
    body.press("ControlOrMeta+a")
    page.get_by_role("button", name="List").click()
    assert body.input_value() == "first\nsecond"
    body.press("ControlOrMeta+z")
    assert body.input_value() == "- first\n- second"
    body.fill("word")
    body.press("ControlOrMeta+a")
    page.get_by_role("button", name="Bold").click()
    assert body.input_value() == "**word**"


def test_the_composer_shows_offers_and_keeps_what_is_typed_whatever_is_chosen(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west/new")
    page.get_by_role("button", name="Preview").click()
    body = page.locator("#body")
    body.fill("One **two**\n\n")
    page.locator(".preview strong", has_text="two").wait_for()
    body.evaluate(
        """area => {
          const held = new DataTransfer();
          held.setData('text/html', '<table><tr><td>A</td><td>B|C</td></tr><tr><td>1</td></tr></table>');
          area.setSelectionRange(area.value.length, area.value.length);
          area.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true}));
        }"""
    )
    text = "One **two**\n\n| A | B\\|C |\n| --- | --- |\n| 1 |  |\n\n"
    assert body.input_value() == text
    page.locator("#title").fill("Rotas that nobody can staff")
    page.locator("#tried").fill("Asking twice")
    # The question of a problem stays where something stands under it; nothing that was typed changes.
    page.locator("[name=kind][value=advice]").check(force=True)
    assert page.locator("#tried").is_visible()
    assert page.locator("#works_where").is_visible()
    assert page.locator(".composer-foot .btn--main").inner_text() == "Post the advice"
    page.locator("[name=kind][value=problem]").check(force=True)
    assert page.locator("#works_where").is_hidden()
    page.locator("#network").select_option("national")
    page.locator("h1", has_text="National").wait_for()
    assert "members of the exchange" in page.locator("[data-seen-by]").inner_text()
    assert (body.input_value(), page.locator("#tried").input_value()) == (text, "Asking twice")
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/rotas-that"))
    assert page.locator(".ask .prose strong").all_inner_texts() == ["two", "What have you tried?"]
    edit_where_it_stands(page)


def edit_where_it_stands(page: Page) -> None:
    """Change the question on its own page, mentioning somebody from the list that is offered."""
    page.locator(".ask a[data-more]").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    form = page.locator(".ask [data-edit-here]")
    area = form.locator("textarea[name=body]")
    area.wait_for()
    assert page.locator("#body").count() == 1  # the reply box keeps its name
    form.get_by_role("link", name="Leave it as it was").click()
    assert page.locator(".ask .prose").is_visible()
    page.locator(".ask a[data-more]").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    area.fill("Shorter now.")
    form.get_by_role("button", name="Save the change").click()
    page.locator(".ask .prose", has_text="Shorter now.").wait_for()


def test_who_writes_in_a_thread_is_offered_after_the_sign_and_chosen_by_keyboard(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile("Two surgical divisions")).first.click()
    area = page.get_by_label("Your reply")
    area.click()
    page.locator("markdown-toolbar").wait_for()
    area.press_sequentially("Ask @")
    offered = page.locator(".offered [role=option]")
    offered.first.wait_for()
    handle = offered.first.get_attribute("data-handle")
    area.press("Enter")
    assert area.input_value() == f"Ask @{handle} "
    assert offered.count() == 0


def test_without_a_script_a_button_shows_how_it_will_look_and_then_it_is_posted(sign_in: SignIn) -> None:
    page = sign_in(MEMBER, java_script_enabled=False)
    page.goto("/n/north-west/new?kind=advice")
    text = "What has **worked** for us:\n\n- a list\n- <b>no tags</b>"
    page.get_by_label("Title").fill("Rotas that are made together")
    page.locator("#body").fill(text)
    page.locator("#works_where").fill("On *our* ward")
    page.get_by_role("button", name="Preview").click()
    shown = page.get_by_role("region", name="Preview")
    assert shown.locator("li").all_inner_texts() == ["a list", "<b>no tags</b>"]
    assert shown.locator("strong").all_inner_texts()[0] == "worked"
    assert shown.locator("em").inner_text() == "our"
    assert shown.evaluate("box => box.getBoundingClientRect().top < innerHeight")
    assert page.locator("#body").input_value() == text
    assert page.get_by_role("radio", name="Advice").is_checked()
    page.get_by_role("button", name="Post the advice").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    assert page.locator(".ask li").all_inner_texts() == ["a list", "<b>no tags</b>"]
    thread = page.url
    # The reply box stands far below: its page opens there.
    page.get_by_label("Your reply").fill("And **then**?")
    page.get_by_role("button", name="Preview").click()
    assert shown.locator("strong").inner_text() == "then"
    assert shown.evaluate("box => box.getBoundingClientRect().top < innerHeight")
    assert page.get_by_label("Your reply").input_value() == "And **then**?"
    page.get_by_role("button", name="Post the reply").click()
    page.wait_for_url(re.compile(r"#p\d+$"))
    assert page.locator(".talk article strong", has_text="then").count() == 1
    page.goto(f"{page.url.partition('#p')[0].partition('/t/')[0]}/p/{page.url.partition('#p')[2]}/edit")
    page.locator("#body").fill("And _now_?")
    page.get_by_role("button", name="Preview").click()
    assert shown.locator("em").inner_text() == "now"
    page.goto(thread)
    assert page.locator(".talk article strong", has_text="then").count() == 1


def test_with_a_script_only_the_preview_of_the_toolbar_is_there(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west/new")
    page.locator("#body").focus()
    preview = page.get_by_role("button", name="Preview")
    preview.wait_for()
    assert preview.count() == 1
    assert preview.get_attribute("aria-expanded") == "false"

"""Every page of the running demo, by who sees it, and how they get there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import hostile
from tests.support.demo import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

Reach = Callable[["Page"], object]

#: Threads of the demo that the pages are looked at in.
BRANCHED = ("north-west", "Two surgical divisions")
PSEUDONYMOUS = ("national", "How do you walk back in")
LONGEST = ("national", "What did you stop doing")
#: Tries of one account before the door says "too often" (auth/limits.py).
TRIES = 11
MOST_LETTERS_OF_A_TITLE = 160


@dataclass(frozen=True)
class Stop:
    """A page: what a failure calls it, and the way there."""

    name: str
    reach: Reach


def at(path: str) -> Stop:
    """A page that its address leads to."""
    return Stop(path, lambda page: page.goto(path))


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in by the form; where it leads is the caller's to wait for."""
    page.goto("/sign-in")
    page.fill("main input[name=email]", email)
    page.fill("main input[name=password]", password)
    page.click("main form button[type=submit]")


def open_thread(page: Page, slug: str, title: str) -> str:
    """Go to the beginning of a thread (a list leads to what is unread) by its title; returns its path."""
    page.goto(f"/n/{slug}")
    link = page.get_by_role("link", name=re.compile(re.escape(title))).first
    while not link.count():  # what other rounds posted may have pushed it to an older page
        page.get_by_role("link", name="Older threads").click()
        page.wait_for_load_state()
    link.click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    path = re.sub(r"^https?://[^/]+|[?#].*$", "", page.url)
    if not page.url.endswith(path):
        page.goto(path)
    return path


def ask(page: Page, title: str, body: str = "What do you do?") -> None:
    """Post a problem in North West, and come to its page."""
    page.goto("/n/north-west/new")
    page.get_by_label("Title").fill(title)
    page.locator("#body").fill(body)
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.wait_for_function("() => document.documentElement.classList.contains('js')")


def _thread(where: tuple[str, str], query: str = "") -> Reach:
    def reach(page: Page) -> None:
        path = open_thread(page, *where)
        if query:
            page.goto(path + query)

    return reach


def _further_posts(page: Page) -> None:
    open_thread(page, *LONGEST)
    page.get_by_role("link", name="Further posts").click()
    page.wait_for_url(re.compile("after="))


def _refused_at_the_door(page: Page) -> None:
    sign_in(page, "nobody@demo.example", "not the password")
    page.get_by_role("alert").wait_for()


def _address_at_work(page: Page) -> None:
    page.goto("/join")
    page.get_by_label("E-mail address").fill("ann@leeds.nhs.uk")
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("Password").fill("kettle-harbour-eleven")
    page.get_by_role("button", name="Open the account").click()
    page.get_by_label("Use it all the same").wait_for()


def _official(part: str, *, empty: str = "") -> Reach:
    """The official answer of the demo that holds: its form, its care, its versions; or a form sent ``empty``."""

    def reach(page: Page) -> None:
        path = open_thread(page, "north-west", "Consultation opened")
        place = page.get_by_role("link", name="Go to its place").get_attribute("href") or ""
        page.goto(f"{place}/official{part}" if part != "/give" else f"{path.rsplit('/', 1)[0]}/official")
        if empty:
            page.get_by_role("button", name=empty).click()
            page.locator(".error").first.wait_for()

    return reach


def _bookmarked(page: Page) -> None:
    open_thread(page, *LONGEST)
    page.locator("article.post").first.press("b")  # as often as the page is looked at
    page.get_by_role("link", name="See your bookmarks").wait_for()
    page.goto("/bookmarks")


def _printed(page: Page) -> None:
    path = open_thread(page, *LONGEST)
    page.goto(f"{path.rsplit('/', 1)[0]}/print")


def _too_often(page: Page) -> None:
    for _try in range(TRIES):
        sign_in(page, "somebody-else@demo.example", "not the password")
        page.wait_for_load_state()
    page.get_by_role("heading", name="a lot in a short time").wait_for()


def _submit_empty(path: str, button: str) -> Reach:
    """A form sent with nothing in it, past the browser's own checks: the page that comes back."""

    def reach(page: Page) -> None:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main form').forEach(form => { form.noValidate = true; })")
        page.evaluate("document.querySelectorAll('main details').forEach(box => { box.open = true; })")
        page.get_by_role("main").get_by_role("button", name=button).click()
        page.locator(".error, .notice--stop").first.wait_for()

    return reach


def _empty_thread(page: Page) -> None:
    page.goto("/n/north-west/new")
    for field in ("#title", "#body"):
        page.locator(field).fill("")  # a round before may have left a draft
    page.get_by_role("button", name="Post the problem").click()
    page.locator(".notice--stop").first.wait_for()


def _draft_is_back(page: Page) -> None:
    page.goto("/n/north-west/new")
    page.get_by_label("Title").fill("Word " * (MOST_LETTERS_OF_A_TITLE // 5))
    page.locator("#body").fill("Kept.\n\n" * 8)
    page.locator("[data-saved]", has_text="Saved").wait_for()
    page.reload()
    page.get_by_role("button", name="Start afresh").wait_for()


def _attaching(page: Page) -> None:
    """A picture that is attached and described; a refusal would be a complaint in the console."""
    page.goto("/n/north-west/new")
    attach = page.get_by_role("button", name="Attach files")
    attach.wait_for()
    picture: FilePayload = {"name": "rota.png", "mimeType": "image/png", "buffer": hostile.picture("PNG", (600, 300))}
    with page.expect_file_chooser() as chosen:
        attach.click()
    chosen.value.set_files([picture])
    page.get_by_label("What does it show?").fill("A rota")


def _composing(page: Page) -> None:
    open_thread(page, *LONGEST)
    body = page.get_by_label("Your reply")
    body.click()
    page.get_by_role("button", name="Preview").click()
    body.fill("Ask **them** ")  # a round before may have left a draft
    body.press("End")
    body.press_sequentially("@")
    page.locator(".offered [role=option]").first.wait_for()
    page.locator(".preview strong").first.wait_for()


def _edited_where_it_stands(page: Page) -> None:
    page.goto("/n/north-west/new")
    page.locator("#title").fill("Said better on its own page")
    page.locator("#body").fill("Said first.")
    page.get_by_role("button", name="Post the problem").click()
    page.locator(".ask a[data-more]").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.locator("[data-edit-here] markdown-toolbar").wait_for()


def _page_grew_old(page: Page) -> None:
    page.goto("/n/north-west/new")
    page.locator("#body").fill("Typed for an hour.")
    page.locator("main form [name=csrf_token]").evaluate("token => { token.value = 'of yesterday'; }")
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_role("heading", name="Please send it once more").wait_for()


def _gone_meanwhile(page: Page) -> None:
    page.goto("/n/north-west/new")
    page.get_by_label("Title").fill("Word " * (MOST_LETTERS_OF_A_TITLE // 5))
    page.locator("#body").fill("Typed for an hour.")
    page.locator("main form").filter(has=page.locator("#body")).evaluate("form => { form.action = '/n/gone/new'; }")
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_role("heading", name="There is nothing here").wait_for()


def _own_thread(page: Page) -> None:
    """A long title, everything that Markdown makes, and an answer that can be accepted."""
    text = (
        "**Strong**, `code`, https://example.org/a-very-long-address-without-any-place-to-break-it-in-two-parts\n\n"
        "| Band | Hours | Who | Where it is written | Since | Until | Why |\n"
        "| --- | ---: | --- | --- | --- | --- | --- |\n"
        "| 8a | 37.5 | managers | handbook | April | March | agreed |\n\n> quoted\n\n- one\n- two\n\n```\ncode\n```\n"
    )
    ask(page, "Long words like Gesundheitsministerium " + "and short ones " * 8, text)


def _hidden_from_colleagues(page: Page) -> None:
    """A thread of one's own, as those get it from whom one has just hidden it."""
    ask(page, "Blamed for what was never mine to mend")
    thread = re.search(r"/t/\d+", page.url)
    assert thread is not None, page.url
    page.goto(f"{thread[0]}/hide-from")
    page.get_by_label(re.compile("^Everybody at")).check()
    page.get_by_role("button", name="Hide it").click()
    page.get_by_text("It is hidden from people at your organisation").wait_for()
    page.goto(f"{thread[0]}/as-colleague")


def _hiding_from_no_handle(page: Page) -> None:
    ask(page, "Hidden from somebody who can be nobody")
    thread = re.search(r"/t/\d+", page.url)
    assert thread is not None, page.url
    page.goto(f"{thread[0]}/hide-from")
    page.get_by_label("Handles of further people").fill("no_handle")
    page.get_by_role("button", name="Hide it").click()
    page.locator(".error").first.wait_for()


def _of_my_post(part: str) -> Reach:
    """`/p/<id>/<part>` of a post that the member has just written and edited."""

    def reach(page: Page) -> None:
        _own_thread(page)
        post = page.locator(".ask").get_attribute("id") or ""
        if part == "history":
            page.goto(f"/p/{post[1:]}/edit")
            page.locator("#body").fill("Said better.")
            page.get_by_role("button", name="Save the change").click()
            page.wait_for_url(re.compile(r"#p\d+$"))
        page.goto(f"/p/{post[1:]}/{part}")

    return reach


def _of_a_thread(word: str, where: tuple[str, str] = BRANCHED) -> Reach:
    """A page about a thread, by its word in the address."""

    def reach(page: Page) -> None:
        path = open_thread(page, *where)
        page.goto(re.sub(r"(/t/\d+).*", rf"\1/{word}", path))

    return reach


def _moderating(act: str) -> Reach:
    """The acts on a thread, with one form open."""

    def reach(page: Page) -> None:
        path = open_thread(page, *BRANCHED)
        page.goto(re.sub(r"(/t/\d+).*", r"\1/moderate", path))
        page.get_by_role("group").filter(has_text=act).first.locator("summary").click()

    return reach


def _acted(page: Page) -> None:
    """Renamed, which leads to the page of the act."""
    ask(page, "One that has another title in a moment")
    page.goto(re.sub(r"(/t/\d+).*", r"\1", page.url) + "/moderate")
    page.locator("#title").evaluate("field => { field.value = 'A title that says what it is about'; }")
    _moderate(page, "rename", "A better title says what it is about.")
    page.get_by_role("button", name="Undo this").wait_for()


def _without_a_reason(page: Page) -> None:
    _moderating("Lock")(page)
    _moderate(page, "lock", "")
    page.locator(".error").first.wait_for()


def _moderate(page: Page, action: str, why: str) -> None:
    form = page.locator(f"form[action$='/{action}']")
    form.evaluate("form => { form.closest('details').open = true; }")
    form.get_by_label("In your own words").fill(why)
    form.get_by_role("button").click()
    page.wait_for_load_state()


def _relocating(word: str, *, button: str = "") -> Reach:
    """Moving, merging or splitting a thread; with ``button``, sent as it is."""

    def reach(page: Page) -> None:
        path = open_thread(page, *BRANCHED)
        page.goto(re.sub(r"(/t/\d+).*", rf"\1/{word}", path))
        if button:
            page.get_by_role("button", name=button).click()
            page.locator(".error").first.wait_for()

    return reach


def _splitting_a_branch(page: Page) -> None:
    open_thread(page, *BRANCHED)
    post = page.locator(".talk article.post").first.get_attribute("id")
    assert post is not None
    page.goto(f"/p/{post[1:]}/split")


def _many(act: str, *, why: str = "") -> Reach:
    """Two threads of the list, and what is to be done to them; with ``why``, done."""

    def reach(page: Page) -> None:
        page.goto("/n/north-west/choose")
        for number in range(2):
            page.locator("input[name=thread]").nth(number).check()
        page.locator("#act").select_option(act)
        page.get_by_role("button", name="Go on").click()
        page.locator("#reason").fill(why)
        if why:
            page.locator("main form .btn--main").click()
            page.get_by_text("Not done.").first.wait_for()

    return reach


def _replying(page: Page) -> None:
    open_thread(page, *BRANCHED)
    page.locator(".talk [data-reply]").first.click()
    page.get_by_label("Your reply").fill("Thank you.")
    page.locator("[data-saved]", has_text="Saved").wait_for()


def _waits(page: Page) -> None:
    """A post of the member's waits; one is enough for all who come by."""
    page.goto("/me/waiting")
    if page.get_by_role("button", name="Take it back").count():
        return
    page.goto("/n/north-west/new")
    page.get_by_label("Title").fill("Something that may wait a little")
    page.locator("#body").fill("It is not urgent.")
    page.get_by_label("Let it wait a few minutes").check()
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url("**/me/waiting")


def _taken_back(page: Page) -> None:
    _waits(page)
    page.get_by_role("button", name="Take it back").first.click()
    page.locator("#body").wait_for()


def _held(page: Page) -> None:
    page.goto("/n/north-west/new")
    page.get_by_label("Let it wait a few minutes").uncheck()  # as a draft of the look before had it
    page.get_by_label("Title").fill("Which locum agency answers at night?")
    page.locator("#body").fill("Nobody answers when it matters.")
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_text("A moderator looks at it before it appears.").first.wait_for()


def _reporting(page: Page) -> None:
    open_thread(page, *BRANCHED)
    page.locator('.talk .post:not(.post--mine) [href$="/report"]').first.click()
    page.get_by_role("heading", name="Report this post").wait_for()


def _report_with_error(page: Page) -> None:
    """A note that is too long, sent past the browser's own check."""
    _reporting(page)
    page.locator("#note").evaluate("note => { note.removeAttribute('maxlength'); note.value = 'x'.repeat(1001); }")
    page.get_by_role("button", name="Advertising or spam").click()
    page.get_by_text("The note is too long").wait_for()


def _too_many_words(page: Page) -> None:
    page.goto("/n/north-west/care")
    page.get_by_label("Words to look out for").fill("\n".join(f"word{number}" for number in range(101)))
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Watch for at most").wait_for()


def _menu_of_a_post(page: Page) -> None:
    open_thread(page, *BRANCHED)
    page.locator(".talk [data-more]").first.click()
    page.locator(".menu-list--floating").get_by_role("link").first.wait_for()


def _why_i_was_told(page: Page) -> None:
    page.goto("/notifications")
    page.get_by_role("link", name="Why did I get this?").first.click()
    page.get_by_role("heading", name="You were told of this").wait_for()


def _why_i_was_not_told(page: Page) -> None:
    open_thread(page, *LONGEST)
    post = page.locator(".ask").get_attribute("id") or ""
    page.goto(f"/notifications/why?post={post[1:]}")


def _my_menu(page: Page) -> None:
    page.goto("/")
    page.locator("details.me summary").click()


def _all_shortcuts(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _nothing_chosen(page: Page) -> None:
    """Hours that are none, sent past the browser's own checks."""
    page.goto("/settings/notifications")
    page.get_by_label("From").fill("22:00")
    page.get_by_label("To", exact=True).fill("")
    with page.expect_navigation():
        page.get_by_role("button", name="Save the hours").click()
    page.locator(".error").first.wait_for()


def _no_such_time(page: Page) -> None:
    """A time after which a page is to be covered that isn't offered."""
    page.goto("/settings/desk")
    page.evaluate("document.querySelector('#blur_minutes option').value = '7'")
    page.get_by_role("button", name="Save").click()
    page.locator(".error").first.wait_for()


def _all_quiet(page: Page) -> None:
    """Everything that the page of settings can show at once: paused, hours set, e-mail stopped."""
    page.goto("/settings/notifications")
    page.get_by_label("From").fill("22:00")
    page.get_by_label("To", exact=True).fill("07:00")
    for button in ("Save the hours", "For a week", "Stop all e-mail"):
        if page.get_by_role("button", name=button).count():  # the round of another window may have stopped it
            with page.expect_navigation():
                page.get_by_role("button", name=button).click()
    page.get_by_role("button", name="Start it again").wait_for()
    page.get_by_role("button", name="Resume now").wait_for()


def _paused_list(page: Page) -> None:
    page.goto("/settings/notifications")
    with page.expect_navigation():
        page.get_by_role("button", name="For an hour").click()
    page.goto("/notifications")
    page.get_by_role("button", name="Resume").wait_for()


def _one_claim(page: Page) -> None:
    page.goto("/admin/claims")
    page.get_by_role("link", name=re.compile("Settle this claim")).first.click()
    page.wait_for_url(re.compile(r"/admin/claims/\d+"))


def _one_appeal(page: Page) -> None:
    page.goto("/admin/appeals")
    page.get_by_role("link", name=re.compile("Decide this appeal")).first.click()
    page.wait_for_url(re.compile(r"/admin/appeals/\d+"))


def _refusal_without_reason(page: Page) -> None:
    _one_claim(page)
    page.get_by_role("button", name="Refuse the claim").click()
    page.locator(".error").first.wait_for()


def _found(text: str) -> Reach:
    """Somebody looked up in the membership office."""

    def reach(page: Page) -> None:
        page.goto("/admin/members")
        page.locator("#text").fill(text)
        page.get_by_role("button", name="Look up").click()
        page.locator("#hits").wait_for()

    return reach


def _record(email: str, act: str = "") -> Reach:
    """Somebody's record, and the page before an act."""

    def reach(page: Page) -> None:
        _found(email)(page)
        page.locator("#hits a").first.click()
        page.get_by_role("heading", name="What you can do").wait_for()
        if act:
            page.get_by_role("link", name=act).click()
            page.get_by_role("heading", name="What will happen").wait_for()

    return reach


def _someone_else(page: Page) -> None:
    open_thread(page, *BRANCHED)
    page.goto(page.locator(".by a[href^='/m/']").first.get_attribute("href") or "/m/")


def _sanction_without_a_reason(page: Page) -> None:
    open_thread(page, *BRANCHED)
    more = page.locator(".talk [data-more]").first.get_attribute("href") or ""
    _submit_empty(more.replace("/more", "/sanction"), "Impose it")(page)


def _my_sanction(page: Page) -> None:
    page.goto("/me")
    page.locator("section[aria-labelledby=sanctions] a.btn").first.click()
    page.get_by_role("heading", name="A warning").wait_for()


def _of_a_pseudonym(act: str, button: str = "") -> Reach:
    """`/t/<id>/<act>/<post>` of a post under a pseudonym; sent with nothing in it, where a button is given."""

    def reach(page: Page) -> None:
        path = open_thread(page, *PSEUDONYMOUS)
        post = (page.locator(".ask").get_attribute("id") or "")[1:]
        path = f"/t/{path.split('/')[2]}/{act}/{post}" if act != "more" else f"/p/{post}/more"
        if button:
            _submit_empty(path, button)(page)
        else:
            page.goto(path)

    return reach


def _asks_to_open(page: Page) -> None:
    """A request of one's own; the round of another window may have made it."""
    _of_a_pseudonym("unseal")(page)
    if page.get_by_role("button", name="Ask a second officer").count():
        page.get_by_label("Safety").check()
        page.get_by_label("Why, in plain words").fill("The post says that somebody is in danger tonight.")
        page.get_by_role("button", name="Ask a second officer").click()
        page.wait_for_url(re.compile("/admin/pseudonyms$"))
    page.goto("/admin/pseudonyms")
    page.get_by_role("heading", name="You ask").wait_for()


def _asked_to_open(page: Page) -> None:
    _asks_to_open(page)
    page.locator("section[aria-labelledby=asked] h3 a").first.click()
    page.get_by_role("heading", name="It waits for a second officer").wait_for()


def _to_settle(page: Page) -> None:
    """The same request as a second officer finds it, who declines and says not why."""
    page.context.clear_cookies()
    sign_in(page, "second-officer@demo.example")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/admin/pseudonyms")
    page.get_by_role("link", name=re.compile("Agree or decline")).first.click()
    page.get_by_role("heading", name="Agree, and open it").wait_for()
    page.evaluate("document.querySelectorAll('main form').forEach(form => { form.noValidate = true; })")
    page.get_by_role("button", name="Decline; it stays closed").click()
    page.locator(".error").first.wait_for()


def _narrowed(page: Page) -> None:
    """The search with all of its filters open."""
    page.goto("/search?q=rota+network:north-west")
    page.get_by_text("Narrow the search", exact=True).click()
    page.get_by_role("button", name="Show these").wait_for()


def _similar_threads(page: Page) -> None:
    """The form of a problem, with what has been asked like it."""
    page.goto("/n/national/new")
    page.get_by_label("Title").press_sequentially("On-call every third weekend")
    page.get_by_role("heading", name=re.compile("^(Answered|Asked) before")).wait_for()


def _asked_why(page: Page) -> None:
    """The queue, with the reason asked for."""
    page.goto("/moderation")
    page.get_by_role("button", name=re.compile("^Refuse")).first.click()
    page.locator("details[open] [data-send]:visible").wait_for()


VISITOR = [
    *map(at, ("/", "/sign-in", "/join", "/join/sent", "/reset", "/reset/sent", "/rules", "/privacy", "/help")),
    at("/sign-in?next=/n/north-west"),
    at("/confirm/no-such-token"),
    at("/invited/no-such-token"),
    at("/invited/no-such-token/sent"),
    at("/reset/no-such-token"),
    Stop("sign-in refused", _refused_at_the_door),
    Stop("join with errors", _submit_empty("/join", "Open the account")),
    Stop("join with an address at work", _address_at_work),
    Stop("too often", _too_often),
]
PENDING = [at("/me"), at("/verify"), Stop("claim with errors", _submit_empty("/me", "Check my membership"))]
NO_STANDING = [at("/me"), at("/me/leave"), at("/help")]
READING = [
    *map(at, ("/", "/?show=unanswered", "/networks", "/n/north-west", "/n/north-west?show=case_study")),
    *map(at, ("/n/north-west?show=unanswered&order=due", "/n/north-west?order=shared", "/bookmarks", "/recent")),
    Stop("bookmarks with something in them", _bookmarked),
    Stop("thread for paper", _printed),
    *map(at, ("/n/national", "/n/london", "/n/london?show=announcement", "/n/operations-managers")),
    Stop("thread as a tree", _thread(BRANCHED, "?view=tree")),
    Stop("thread by time", _thread(BRANCHED, "?view=flat")),
    Stop("page 2 of a thread", _further_posts),
    Stop("menu of a post", _menu_of_a_post),
    Stop("profile of somebody", _someone_else),
]
WRITING = [
    *map(at, ("/ask", "/n/north-west/new", "/n/north-west/new?kind=case_study")),
    Stop("new thread with errors", _empty_thread),
    Stop("composing a reply", _composing),
    Stop("attaching files", _attaching),
    Stop("a post edited where it stands", _edited_where_it_stands),
    Stop("draft is back", _draft_is_back),
    at("/drafts"),
    Stop("page grew old", _page_grew_old),
    Stop("gone meanwhile", _gone_meanwhile),
    Stop("own thread", _own_thread),
    Stop("own post: more", _of_my_post("more")),
    Stop("own post: edit", _of_my_post("edit")),
    Stop("own post: history", _of_my_post("history")),
    Stop("own post: delete", _of_my_post("delete")),
    Stop("own thread: hidden from no handle", _hiding_from_no_handle),
    Stop("own thread: as a colleague gets it", _hidden_from_colleagues),
    Stop("reply to somebody", _replying),
    at("/n/north-west/new?voice=pseudonym"),
    at("/me/pseudonyms"),
    Stop("posts that wait", _waits),
    Stop("taken back", _taken_back),
    Stop("a post that a moderator sees first", _held),
    Stop("reporting a post", _reporting),
    Stop("reporting with a note too long", _report_with_error),
    at("/me/reports"),
]
PERSONAL = [
    Stop("search that finds nothing", lambda page: page.goto("/search?q=xylophone+is:answered+after:2026-01")),
    Stop("search, narrowed", _narrowed),
    Stop("threads like a title", _similar_threads),
    *map(
        at,
        (
            "/notifications",
            "/search",
            "/search?q=on-call+rota",
            "/search?q=cosultation",
            "/members",
            "/me",
            "/settings/account",
            "/m/second-cup",
            "/m/grey-heron",
            "/members?q=nobody+says+so",
            "/settings/profile",
            "/tags",
            "/n/north-west?tag=rotas",
            "/help",
        ),
    ),
    *map(at, ("/no/such/page", "/n/north-west-reps", "/moderation", "/rules", "/privacy")),
    Stop("settings with errors", _submit_empty("/settings/account", "Change the password")),
    *map(at, ("/settings/email", "/settings/email/no-such-link")),
    at("/organisations/R0A"),
    Stop("address with errors", _submit_empty("/settings/email", "Send the link")),
    Stop("why I was told", _why_i_was_told),
    Stop("why I was not told", _why_i_was_not_told),
    *map(at, ("/settings/notifications", "/settings/desk")),
    Stop("shared desk with errors", _no_such_time),
    Stop("notification settings with errors", _nothing_chosen),
    Stop("notification settings, all quiet", _all_quiet),
    Stop("notifications while paused", _paused_list),
    Stop("my menu", _my_menu),
    Stop("keyboard shortcuts", _all_shortcuts),
]
OPENNESS = [
    *map(at, ("/log", "/n/north-west/log", "/log/totals", "/roles", "/n/north-west/rules", "/n/north-west/moderators")),
    *map(at, ("/rules/1", "/rules/edit")),
    Stop("next version of the rules with errors", _submit_empty("/rules/edit", "Publish")),
    Stop("appointing nobody", _submit_empty("/n/north-west/moderators", "Make them a moderator")),
]
MODERATOR = [
    at("/n/north-west/sanctions"),
    Stop("sanction without a reason", _sanction_without_a_reason),
    at("/n/north-west/care"),
    Stop("too many words to look out for", _too_many_words),
    at("/moderation"),
    at("/n/north-west/notes/car-park-c"),
    Stop("queue, asked why", _asked_why),
    at("/n/north-west/people"),
    at("/n/north-west-reps"),
    Stop("thread", _thread(BRANCHED)),
]
LASTING = [
    *map(at, ("/n/north-west/tags", "/n/north-west/collections", "/n/north-west/collections/start-here")),
    *map(at, ("/n/north-west/care/answers", "/n/north-west?tag=rotas", "/n/north-west?show=unanswered&order=age")),
    at("/unanswered"),
    Stop("a tag with errors", _submit_empty("/n/north-west/tags", "Add it")),
    Stop("a collection with errors", _submit_empty("/n/north-west/collections", "Make it")),
    *(Stop(f"{page} of a thread", _of_a_thread(page)) for page in ("summary", "duplicate", "tags", "collections")),
    Stop("thread with a summary", _thread(LONGEST)),
    Stop("history of a summary", _of_a_thread("summary/history", LONGEST)),
    Stop("thread with an end told", _thread(("north-west", "Job matched at band 6"))),
]
MODERATOR += [
    *LASTING,
    Stop("what can be done to a thread", _moderating("Lock")),
    Stop("an act that was done, and can be undone", _acted),
    Stop("acting without a reason", _without_a_reason),
    *(Stop(f"to {word} a thread", _relocating(word)) for word in ("move", "merge", "split")),
    Stop("to move a thread nowhere", _relocating("move", button="Move the thread")),
    Stop("to split no post", _relocating("split", button="Make the thread")),
    Stop("to split a branch", _splitting_a_branch),
    *map(at, ("/n/north-west/choose", "/n/north-west/moved")),
    Stop("to merge two threads of a list", _many("merge")),
    Stop("to pin two threads of a list", _many("pin")),
    Stop("what became of two threads", _many("unpin", why="They are old.")),
]
OFFICER = [
    *map(at, ("/", "/admin", "/admin/claims")),
    Stop("one claim", _one_claim),
    *map(at, ("/admin/members", "/admin/members/suspended", "/admin/members/ending")),
    Stop("members found", _found("ma")),
    Stop("nobody found", _found("nobody@nowhere.example")),
    Stop("record of a member", _record("member@demo")),
    Stop("record of somebody suspended", _record("suspended@demo")),
    Stop("before suspending", _record("member@demo", "Suspend")),
    Stop("before ending a suspension", _record("suspended@demo", "End the suspension")),
    Stop("refusal without a reason", _refusal_without_reason),
    *map(at, ("/admin/rolls", "/admin/rolls/columns/unison", "/admin/rolls/sources/unison")),
    at("/admin/invitations"),
    at("/admin/invitations?source=unison"),
    at("/admin/appeals"),
    Stop("one appeal", _one_appeal),
    at("/admin/categories"),
    at("/admin/organisations?q=manchester"),
    at("/admin/organisations/R0A"),
    Stop("link manager with errors", _submit_empty("/admin/organisations/R0A", "Ask them to be link manager")),
]

NATIONAL_OFFICER = [
    *map(at, ("/me", "/pseudonyms", "/insight", "/n/north-west/insight")),
    Stop("thread with an official answer", _thread(("north-west", "Consultation opened"))),
    Stop("thread whose official answer is under review", _thread(("ask-an-officer", "Can I be told not to speak"))),
    Stop("answering officially, with errors", _official("/give", empty="Post the official answer")),
    Stop("looking after an official answer", _official("", empty="Withdraw it")),
    Stop("versions of an official answer", _official("/history")),
    Stop("menu of a post under a pseudonym", _of_a_pseudonym("more")),
    Stop("removing whoever is behind it", _of_a_pseudonym("remove")),
    Stop("muting without a reason", _of_a_pseudonym("mute", "Mute the member behind this pseudonym")),
    Stop("suspending without a reason", _of_a_pseudonym("suspend", "Suspend the member behind this pseudonym")),
    Stop("asking to open it", _of_a_pseudonym("unseal")),
    Stop("pseudonyms to open", _asks_to_open),
    Stop("one's own request", _asked_to_open),
    Stop("declining as a second officer, without a reason", _to_settle),
]
ADMINISTRATOR = [
    *map(at, ("/", "/admin", "/notifications", "/admin/rolls/sources/unison/change")),
    *map(at, ("/admin/categories", "/admin/categories/retired")),
]

#: Somebody who is in one region only; open networks may be read before joining them.
OUTSIDE = [
    *map(at, ("/", "/n/north-west", "/n/operations-managers", "/n/operations-managers/new", "/notifications")),
    Stop("thread of an open network not joined", _thread(("operations-managers", "Surgeons"))),
]

#: A name for each round, who walks it, what they see.
ROUNDS: dict[str, tuple[str | None, list[Stop]]] = {
    "visitor": (None, VISITOR),
    "pending": ("pending@demo.example", PENDING),
    "lapsed": ("lapsed@demo.example", NO_STANDING),
    "suspended": ("suspended@demo.example", NO_STANDING),
    "member reads": ("member@demo.example", READING),
    "member writes": ("member@demo.example", WRITING),
    "member alone": ("member@demo.example", PERSONAL),
    "moderator": ("moderator@demo.example", MODERATOR),
    "membership officer": ("membership@demo.example", OFFICER),
    "national officer": ("officer@demo.example", NATIONAL_OFFICER),
    "administrator": ("admin@demo.example", ADMINISTRATOR),
    "openness": ("admin@demo.example", OPENNESS),
    "outsider": ("outsider@demo.example", OUTSIDE),
    "sanctioned": ("colleague@demo.example", [at("/me"), Stop("a sanction of mine", _my_sanction)]),
}

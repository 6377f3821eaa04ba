"""Passkeys in a real Chromium, with a virtual device that holds them: added, used alone and after the password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.demo import demo
from tests.support.looking import Looker
from tests.support.pages import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, Page

    from tests.support.databases import Templates
    from tests.support.servers import Server

# What the database has to do with it, tests/auth/test_passkeys.py tries on both.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind"),
]

PAGE = "/settings/factors"


class Device:
    """A phone with a fingerprint reader, as Chromium plays one."""

    def __init__(self, page: Page, *, resident: bool = True, verifies: bool = True) -> None:
        self._wire: CDPSession = page.context.new_cdp_session(page)
        self._wire.send("WebAuthn.enable")
        facts = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": resident,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": facts})
        self._id = added["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """The passkeys in it."""
        found: list[dict[str, Any]] = self._send("getCredentials")["credentials"]
        return found

    def put(self, credential: dict[str, Any]) -> None:
        """Copy a passkey into it."""
        self._send("addCredential", credential=credential)

    def is_somebody_else(self) -> None:
        """From now on the finger is another's."""
        self._send("setUserVerified", isUserVerified=False)

    def _send(self, what: str, **facts: object) -> dict[str, Any]:
        answer: dict[str, Any] = self._wire.send(f"WebAuthn.{what}", {"authenticatorId": self._id, **facts})
        return answer


def at_localhost(server: Server) -> str:
    """The exchange by its name: there are no passkeys for numbers."""
    return server.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def exchange(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the file: each test is about somebody else."""
    with demo(templates, tmp_path_factory.mktemp("passkeys")) as server:
        yield server


@pytest.fixture
def window(open_window: Callable[..., BrowserContext], exchange: Server) -> Callable[[], Page]:
    """`window()`: a tab in a browser of its own, at the demo."""
    return lambda: open_window(base_url=at_localhost(exchange)).new_page()


def at_networks(page: Page) -> None:
    """Wait until the page of networks is there, which is for those who are in."""
    page.wait_for_url(re.compile(r"^[^?]*/networks$"))


def come_in(page: Page, email: str) -> None:
    """Sign in with the password alone."""
    sign_in(page, email)
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url(re.compile("/sign-in"))


def add_passkey(page: Page, name: str = "My phone") -> None:
    page.goto(PAGE)
    page.get_by_label("What to call it").fill(name)
    page.get_by_role("button", name="Add a passkey on this device").click()
    page.get_by_text("The passkey is added").wait_for()


def use_passkey(page: Page) -> None:
    page.goto("/sign-in?next=/networks")
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_a_passkey_is_added_and_signs_in_alone(window: Callable[[], Page]) -> None:
    page = window()
    device = Device(page)
    come_in(page, "member@demo.example")
    add_passkey(page)
    assert page.get_by_text("My phone", exact=True).is_visible()
    assert [credential["rpId"] for credential in device.credentials()] == ["localhost"]
    sign_out(page)
    use_passkey(page)
    at_networks(page)
    page.goto(PAGE)
    assert page.get_by_text("last used").is_visible()


def test_after_the_password_the_passkey_is_asked_for(window: Callable[[], Page]) -> None:
    page = window()
    Device(page)
    come_in(page, "colleague@demo.example")
    add_passkey(page)
    sign_out(page)
    sign_in(page, "colleague@demo.example")
    page.get_by_role("heading", name="One more step").wait_for()
    page.goto("/networks")
    page.wait_for_url(re.compile("/sign-in"))
    page.goto("/sign-in/second?next=/networks")
    page.get_by_role("button", name="Use my passkey").click()
    at_networks(page)


def test_a_security_key_without_a_fingerprint_serves_after_the_password_only(window: Callable[[], Page]) -> None:
    page = window()
    Device(page, resident=False, verifies=False)
    come_in(page, "peer@demo.example")
    add_passkey(page, "Key on my ring")
    sign_out(page)
    use_passkey(page)
    page.locator("[data-passkey-said]", has_text="did not work").wait_for()
    sign_in(page, "peer@demo.example")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_another_finger_does_not_sign_in(window: Callable[[], Page]) -> None:
    page = window()
    device = Device(page)
    come_in(page, "outsider@demo.example")
    add_passkey(page)
    sign_out(page)
    device.is_somebody_else()
    use_passkey(page)
    page.locator("[data-passkey-said]", has_text="did not work").wait_for()
    page.goto("/networks")
    page.wait_for_url(re.compile("/sign-in"))


def test_a_copy_that_counts_fewer_uses_is_refused(window: Callable[[], Page]) -> None:
    page, copied = window(), window()
    device, copy = Device(page), Device(copied)
    come_in(page, "moderator@demo.example")
    add_passkey(page)
    (early,) = device.credentials()
    sign_out(page)
    for _time in range(2):
        use_passkey(page)
        at_networks(page)
        sign_out(page)
    copy.put(early)
    use_passkey(copied)
    copied.get_by_role("heading", name="That passkey doesn’t open any account here").wait_for()
    use_passkey(page)
    at_networks(page)


def test_the_same_device_is_not_added_twice(window: Callable[[], Page]) -> None:
    page = window()
    device = Device(page)
    come_in(page, "officer@demo.example")
    add_passkey(page)
    page.get_by_role("button", name="Add a passkey on this device").click()
    page.locator("[data-passkey-said]", has_text="has a passkey of yours already").wait_for()
    assert len(device.credentials()) == 1


def test_without_scripts_there_is_the_app(open_window: Callable[..., BrowserContext], exchange: Server) -> None:
    page = open_window(base_url=at_localhost(exchange), java_script_enabled=False).new_page()
    come_in(page, "second-officer@demo.example")
    page.goto(PAGE)
    assert not page.get_by_role("button", name="Add a passkey on this device").is_visible()
    assert page.get_by_text("An authenticator app works everywhere").is_visible()
    page.get_by_role("button", name="Set up an app").click()
    page.locator("img.qr").wait_for()
    page.get_by_label("Code").fill(_code_on(page))
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("The authenticator app is set up").wait_for()


def _code_on(page: Page) -> str:
    import pyotp

    return pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", "")).now()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_nothing_is_wrong_with_any_page_of_factors(
    open_window: Callable[..., BrowserContext], exchange: Server, phone: bool
) -> None:
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
    page = open_window(base_url=at_localhost(exchange), viewport=size, has_touch=phone).new_page()
    email = "admin@demo.example" if phone else "membership@demo.example"
    Device(page)
    looker = Looker(page, phone=phone)
    findings: list[str] = []

    def look(name: str) -> None:
        findings.extend(looker.look(name))

    come_in(page, email)
    page.goto(PAGE)
    look("no factors")
    page.get_by_role("button", name="Set up an app").click()
    page.locator("img.qr").wait_for()
    look("setting up")
    page.get_by_label("Code").fill(_code_on(page))
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("The authenticator app is set up").wait_for()
    add_passkey(page, "A name that is sixty letters long, as long as a name can be!")
    look("both, without codes")
    page.get_by_role("button", name="Make recovery codes").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    look("codes")
    page.goto("/settings/confirm")
    look("is it still you")
    sign_out(page)
    look("sign in")
    sign_in(page, email)
    page.get_by_role("heading", name="One more step").wait_for()
    look("one more step")
    page.get_by_label("Code from your app").fill("not a code")
    page.get_by_role("button", name="Go on with the code").click()
    page.get_by_role("alert").first.wait_for()
    look("wrong code")
    assert not findings, "\n".join(findings)

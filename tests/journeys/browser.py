"""A browser that is watched: every request it makes and everything its console says."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
DESK = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
LANGUAGES = {"zh_Hans_CN": "zh-CN", "en": "en-GB"}
# A page that is refused on purpose (403, 404, 422 …) is noted in the console by the browser.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def chrome_path() -> str | None:
    """Return where a Chromium of the system is, or None."""
    return next((found for name in CHROMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a Chromium of the system without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome_path(), args=list(QUIET))
        yield browser
        browser.close()


class Watch:
    """Notes what must not happen in a context: foreign requests, errors, failed answers."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.wrong: list[str] = []
        self.requests: list[str] = []
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("weberror", lambda error: self.wrong.append(f"script: {error.error}"))
        context.on("console", self._console)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.requests.append(request.url)
        if parts.scheme not in {"data", "blob", "about"} and not request.url.startswith(
            f"{self.origin}/"
        ):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")

    def _console(self, message) -> None:
        if message.type in {"error", "warning"} and not REFUSAL.match(message.text):
            self.wrong.append(
                f"console: {message.text} ({message.page.url if message.page else ''})"
            )

    def check(self) -> None:
        """Fail when anything was noted."""
        assert not self.wrong, "\n".join(self.wrong)


class Person:
    """Somebody at a browser of their own: a thin layer over the page, in the words of users."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.watch = Watch(context, origin)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8000)

    def go(self, path: str, status: int = 200) -> None:
        """Open an address of the site; it must answer with the status."""
        answer = self.page.goto(path if path.startswith("http") else self.origin + path)
        assert answer is not None
        assert answer.status == status, (path, answer.status, self.text()[:400])

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form."""
        self.go("/sign-in")
        self.give_password(username, password)

    def give_password(self, username: str, password: str) -> None:
        """Fill in the sign-in form that is in sight."""
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.press(self.page.locator("main form button").first)
        assert "/sign-in" not in self.page.url, self.text()

    def press(self, what) -> None:
        """Press a button or link, by its words or as found, and wait for the page it leads to."""
        found = self.button(what) if isinstance(what, str) else what
        found.click()
        self.page.wait_for_load_state("load")

    def button(self, words: str):
        """Return the one visible button or link with these very words."""
        page = self.page
        as_button = page.get_by_role("button", name=words, exact=True)
        return as_button.or_(page.get_by_role("link", name=words, exact=True)).first

    def fill(self, **values: object) -> None:
        """Type into fields by their names; selects choose by value, boxes by True."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']:not([type=hidden])")
            kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
            if kind == "select":
                field.select_option(str(value))
            elif kind == "radio":
                # Not by its place on the screen: a preview that comes in may move it meanwhile.
                button = self.page.locator(f"main [name='{name}'][value='{value}']")
                button.dispatch_event("click")
                assert button.is_checked(), (name, value)
            elif kind == "checkbox":
                field.first.set_checked(bool(value), force=True)
            elif kind == "file":
                field.set_input_files(value)
            else:
                field.fill(str(value))

    def choose(self, name: str, label: str) -> None:
        """Choose in a select the option whose words contain the label."""
        field = self.page.locator(f"select[name='{name}']")
        for option in field.locator("option").all():
            if label in option.inner_text():
                field.select_option(option.get_attribute("value"))
                return
        raise AssertionError(f"{name} has no choice {label}: {field.inner_text()}")

    def text(self) -> str:
        """Return what the page says."""
        return self.page.locator("body").inner_text()

    def sees(self, *words: str) -> None:
        """Fail unless the page says all of this."""
        said = self.text()
        missing = [word for word in words if word not in said]
        assert not missing, f"{self.page.url} does not say {missing}:\n{said[:3000]}"

    def finish_work(self) -> None:
        """Wait on the page of a piece of background work until it has ended; go on from there."""
        self.page.locator(".dr-work a.btn-primary").wait_for(timeout=40000)
        self.press("继续")

"""People at real addresses: HTTP over loopback with cookies, tokens and retries."""

import http.client
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# What happens to a client whose server dies under it.
BROKEN = (OSError, http.client.HTTPException)


@dataclass
class Answer:
    """Status, headers (lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode(errors="replace")

    @property
    def json(self):
        """Return the body as data."""
        return json.loads(self.body)


@dataclass
class Client:
    """One browser: keeps its cookies and its connection."""

    port: int
    timeout: float = 60
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    connection: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; a broken connection is dropped and the error raised."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=self.timeout
                )
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
            found = Answer(
                response.status,
                {name.lower(): text for name, text in response.getheaders()},
                response.read(),
            )
            set_cookies = response.headers.get_all("Set-Cookie") or []
        except BROKEN:
            self.close()
            raise
        for line in set_cookies:
            self.cookies |= {name: part.value for name, part in SimpleCookie(line).items()}
        return found

    def close(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path."""
        return self.request("GET", path, **headers)

    def page(self, path: str) -> Answer:
        """GET a page, take over the token of its forms."""
        found = self.get(path)
        if match := TOKEN.search(found.text):
            self.token = match[1]
        return found

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """POST a form."""
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        headers = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.request("POST", path, body, **headers)

    def upload(self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]):
        """POST a form with files, as a browser does."""
        border = uuid.uuid4().hex
        field_head = f"--{border}\r\nContent-Disposition: form-data; name="
        parts = [
            f'{field_head}"{name}"\r\n\r\n{text}\r\n'.encode()
            for name, text in {"csrf_token": self.token, **fields}.items()
        ]
        for name, (file_name, data) in files.items():
            head = (
                f'{field_head}"{name}"; filename="{file_name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
            )
            parts += [head.encode(), data, b"\r\n"]
        body = b"".join([*parts, f"--{border}--\r\n".encode()])
        return self.request(
            "POST", path, body, Content_Type=f"multipart/form-data; boundary={border}"
        )

    def sign_in(self, username: str, password: str) -> "Client":
        """Sign in by the form and take a token of a page behind it."""
        self.page("/sign-in")
        found = self.post("/sign-in", {"username": username, "password": password})
        assert found.status == 303, (found.status, found.text[:500])
        self.page("/")
        return self


def until_answered(act, *, seconds: float = 30, tries: list[str] | None = None) -> Answer:
    """Repeat a request that is safe to repeat until the server answers it below 500."""
    over = time.monotonic() + seconds
    while True:
        try:
            found = act()
            if found.status < 500:
                return found
            reason = str(found.status)
        except BROKEN as error:
            reason = type(error).__name__
        if tries is not None:
            tries.append(reason)
        if time.monotonic() > over:
            raise AssertionError(f"no answer in {seconds} s, last {reason}")
        time.sleep(0.05)

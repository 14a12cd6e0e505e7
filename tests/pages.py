"""Pages as a browser without scripts reads them: their text, and their forms with what would be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class PageForm:
    """One form: where it goes, and what is in its fields before anyone types."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page, read once."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.options: dict[str, list[str]] = {}
        self.open_details: list[str] = []
        self._parts: list[str] = []
        self._select = self._area = ""
        self.feed(answer.text)
        dead = {link for link in self.links if link.startswith("#")} - {f"#{name}" for name in self.ids}
        assert not dead, f"links of the page that lead to nothing on it: {sorted(dead)}"
        twice = self.text.startswith(("Lỗi: Lỗi: ", "Error: Error: "))
        assert not twice, "the title says twice that there is a mistake"

    @property
    def text(self) -> str:
        """What is read, white space single."""
        return " ".join(" ".join(self._parts).split())

    def form(self, action: str) -> PageForm:
        """The form that posts to `action`."""
        return next(form for form in self.forms if form.action == action and form.method == "post")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            assert given["id"] not in self.ids, f"two elements are called {given['id']}"
            self.ids.add(given["id"])
        if "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get")))
        elif self.forms:
            self._in_form(tag, given)
        if tag == "details" and "open" in given:
            self.open_details.append(given.get("id", ""))

    def _in_form(self, tag: str, given: dict[str, str]) -> None:
        form, name, value = self.forms[-1], given.get("name", ""), given.get("value", "")
        if tag == "select":
            self._select = name
            self.options[name] = []
        elif tag == "option":
            self.options[self._select].append(value)
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = value
        elif tag == "textarea":
            self._area = name
            form.values[name] = ""
        elif tag == "button":
            form.buttons.append((name, value))
        elif tag == "input" and name and given.get("type") in {"radio", "checkbox"}:
            form.boxes.append((name, value))
            if "checked" in given:
                form.values[name] = value
        elif tag == "input" and name:
            form.values[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        self._parts.append(data)
        if self._area and self.forms:
            self.forms[-1].values[self._area] += data.removeprefix("\n")


async def post(client: httpx.AsyncClient, form: PageForm, **typed: str) -> httpx.Response:
    """The form sent with what was typed; names with dots are given with double underscores.

    A page that refuses it is read as well: each mistake has to lead to its field.
    """
    data = {**form.values, **{name.replace("__", "."): value for name, value in typed.items()}}
    answer = await client.post(form.action, data=data)
    if answer.status_code in {409, 412, 422} and answer.headers["content-type"].startswith("text/html"):
        Page(answer)
    return answer


async def go(client: httpx.AsyncClient, form: PageForm, **typed: str) -> httpx.Response:
    """The page a browser shows after the form was sent: it goes where it is led."""
    answer = await post(client, form, **typed)
    return await client.get(answer.headers["location"]) if answer.status_code == 303 else answer

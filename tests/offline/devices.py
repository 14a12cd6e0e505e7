"""An app that people write with, whatever becomes of its line, of itself and of the server."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.kit.clock import FixedClock, rfc3339
from app.kit.ids import uuid7
from tests.applicants import HOA, MARITAL, MARRIED
from tests.apps import Copy
from tests.offline.network import Hardships, Killed, Network
from tests.pictures import photo

REPORTS, SUBMISSIONS, CLAIM = "/api/v1/reports", "/api/v1/submissions", "/api/v1/me/reports/claim"
UPLOADS, _TUS = "/api/v1/uploads", {"Tus-Resumable": "1.0.0"}
FILINGS = "/api/v1/service-requests"
OLD, NEW = "1.9.0", "2.3.1"
KEPT = timedelta(days=7)
_FILING = {"procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507", "another": True}
_PHOTO, _PART = photo(width=64, height=48), 400
_CATEGORIES = ("lighting.street_lamp", "roads.pothole", "waste.uncollected")


@dataclass
class Device:
    """An app; what is not a method's own survives its end. `writes` counts what people wrote, by its mark."""

    hardships: Hardships
    clock: FixedClock
    chance: random.Random
    number: int
    skew: timedelta
    key: str
    network: Network
    client: httpx.AsyncClient
    tokens: dict[str, Any] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)  # answers by the ids of reports
    claimed: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    marks: list[str] = field(default_factory=list)
    lost_marks: set[str] = field(default_factory=set)  # of what the server refused for good
    copy: Copy | None = None
    photo_of: str | None = None  # id of the report whose photo has not been sent
    photo_is_of: str | None = None  # the same, for good
    upload: str | None = None  # where it goes
    version: str = NEW
    accepted: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)  # kept for a week, to be sent again
    restored_at: str | None = None
    filings: int = 0
    filed: dict[str, str] = field(default_factory=dict)  # codes of service requests by the ids of their items

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        clock = rfc3339(self.clock.at + self.skew)
        signed_in = {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}
        version = {"Client-Version": f"lienthong-android/{self.version}"}
        return {"Device-Key": self.key, "Client-Time": clock, **version, **signed_in}

    def write(self) -> None:
        """Somebody writes something, with or without a network."""
        reports = list(self.taken) + [one["id"] for one in self.queue if one["type"] == "report"]
        if self.tokens and self.filings < 2 and self.chance.random() < 0.25:
            self.file()
        elif not reports or self.chance.random() < 0.5:
            self.report()
        else:
            kind = self.chance.choice(["reply", "reply", "reply", "rating", "reopening", "withdrawal"])
            self.add(kind, self.chance.choice(reports))

    def file(self) -> None:
        """A service request."""
        self.filings += 1
        self._queue("service_request")

    def report(self) -> str:
        """A report; its id. The first of the first device has a photo."""
        words = {"captured_at": rfc3339((self.clock.at + self.skew).replace(microsecond=0))}
        spot = {"lat": 20.9467 + self.chance.uniform(-0.002, 0.002), "lon": 106.3134}
        words |= {"category": self.chance.choice(_CATEGORIES), "description": f"Đèn hỏng {self._mark()}"}
        sent = self._queue("report", report={**words, "location": spot})
        if self.number == 0 and self.photo_is_of is None:
            self.photo_of = self.photo_is_of = sent
        return sent

    def add(self, kind: str, report_id: str) -> None:
        """Something to what was reported."""
        text = {"reply": "text", "rating": "comment"}.get(kind, "reason")
        stars = {"stars": self.chance.randint(1, 5)} if kind == "rating" else {}
        self._queue(kind, report_id=report_id, **{text: f"Thêm {self._mark()}"}, **stars)

    def _mark(self) -> str:
        self.marks.append(f"[{self.number}.{len(self.marks)}]")
        return self.marks[-1]

    def _queue(self, kind: str, **what: Any) -> str:
        item = {"id": str(uuid7(self.clock.at + self.skew)), "type": kind, **what}
        self.queue.append(item)
        self.hardships.counts["things written"] += 1
        return str(item["id"])

    async def sync(self) -> None:
        """Send what waits, learn what is new; a network that fails or the app's end leaves it for the next time."""
        with suppress(httpx.TransportError, Killed):
            if self.queue:
                await self._send()
            if self.copy is not None:
                await self._claim()
            if self.copy is not None:
                await self._learn()

    def _die(self) -> None:
        """The app may end here, before it has kept what it was told."""
        if self.hardships.strikes(self.chance, self.hardships.chances.device_killed, "apps killed"):
            raise Killed

    async def _send_photo(self, item: dict[str, Any]) -> None:
        """The photo gets on from where it broke off; once all of it is there, its report names it."""
        if self.upload is None:
            begun = await self.client.post(UPLOADS, headers={**_TUS, "Upload-Length": str(len(_PHOTO))})
            self._die()
            self.upload = begun.headers.get("location")
            return
        stands = await self.client.head(self.upload, headers=_TUS)
        if stands.status_code == 404:  # it was kept no longer
            self.upload = None
        elif (at := int(stands.headers.get("upload-offset", "0"))) < len(_PHOTO):
            part = {**_TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(at)}
            await self.client.patch(self.upload, content=_PHOTO[at:][:_PART], headers=part)
            self._die()
        else:
            item["report"]["media"] = [self.upload.rpartition("/")[2]]
            self.photo_of = None
            self.hardships.counts["photos sent"] += 1

    async def _send(self) -> None:
        first = self.queue[0]
        if first["id"] == self.photo_of:
            await self._send_photo(first)
            return
        if first["type"] == "service_request" and self.tokens:
            await self._file(first)
            return
        if first["type"] == "report" and self.chance.random() < 0.3:
            answer = await self.client.post(REPORTS, json={"id": first["id"], **first["report"]}, headers=self.headers)
            self._die()
            if answer.status_code == 201:
                self.taken[first["id"]] = answer.json()
                self._keep(first)
            else:
                self._refused(answer)
            return
        body = {"items": [one for one in self.queue if one["type"] != "service_request"][:5]}
        if not body["items"]:
            return
        answer = await self.client.post(SUBMISSIONS, json=body, headers=self.headers)
        self._die()
        if answer.status_code != 200:
            self._refused(answer)
            return
        self._settle(answer.json()["items"])
        self._look(answer.json())

    async def _file(self, item: dict[str, Any]) -> None:
        key = {**self.headers, "Idempotency-Key": item["id"]}
        answer = await self.client.post(FILINGS, json=_FILING, headers=key)
        self._die()
        if answer.status_code == 201:
            self.filed[item["id"]] = answer.json()["code"]
            self._keep(item)
        else:
            self._refused(answer)

    def _keep(self, item: dict[str, Any]) -> None:
        """It is accepted: it leaves the queue, and is kept for as long as a backup may be restored."""
        self.queue.remove(item)
        now = self.clock.at
        self.accepted = [one for one in self.accepted if one[0] > now - KEPT] + [(now, item)]

    def _refused(self, answer: httpx.Response) -> None:
        self.hardships.counts[f"answered {answer.status_code}"] += 1
        if answer.status_code == 401:  # a session of an account that a restored backup does not know
            self.tokens, self.copy = {}, None

    def _look(self, told: dict[str, Any]) -> None:
        """A backup was restored since we looked last: what was accepted before may be gone, so it is sent again."""
        if told.get("restored_at") != self.restored_at:
            self.restored_at = told["restored_at"]
            again = [item for at, item in self.accepted if at > self.clock.at - KEPT]
            self.hardships.counts["sent again after a restore"] += len(again)
            self.queue, self.accepted = again + self.queue, []
            self.claimed.clear()

    def update(self) -> None:
        """The newer app; it writes what it finds in the queue as it writes its own, with a member more."""
        self.version = NEW
        for item in self.queue:
            if item["type"] == "report":
                item["report"].setdefault("answers", {})

    def _settle(self, outcomes: list[dict[str, Any]]) -> None:
        for one in outcomes:
            item = next(item for item in self.queue if item["id"] == one["id"])
            if one["outcome"] == "later":
                self.hardships.counts["told to send later"] += 1
                if one["problem"]["type"] == "/problems/client-too-old":
                    self.hardships.counts["told to update"] += 1
            elif one["outcome"] == "refused":
                self._lose(item, one["problem"])
            else:
                self._keep(item)
                if item["type"] == "report":
                    self.taken[one["id"]] = one["report"]

    def _lose(self, item: dict[str, Any], problem: dict[str, Any]) -> None:
        self.refused[problem["type"]] += 1
        assert problem["detail"]
        if problem["type"] == "/problems/upload-gone":  # the same report, once its photo is there again
            item["report"].pop("media")
            self.photo_of, self.upload = item["id"], None
            return
        assert item["type"] != "report", problem
        self.queue.remove(item)
        self.lost_marks.update(mark for mark in self.marks if mark in str(item))

    async def _claim(self) -> None:
        for sent, answer in self.taken.items():
            if sent not in self.claimed and "tracking_secret" in answer:
                body = {"code": answer["code"], "tracking_secret": answer["tracking_secret"]}
                claimed = await self.client.post(CLAIM, json=body, headers=self.headers)
                self._die()
                if claimed.status_code == 204:
                    self.claimed.add(sent)
                    self.hardships.counts["reports claimed"] += 1
                elif claimed.status_code == 401:
                    self._refused(claimed)
                    return

    async def _learn(self) -> None:
        assert self.copy is not None
        self.copy.mine = self.headers
        while True:
            answer = await self.copy.page(self.chance.choice([1, 3, 20]))
            self._die()
            if answer.status_code != 200:
                self._refused(answer)
                if answer.status_code == 410:  # a place of what is lost: everything anew
                    self.copy = Copy(self.client, self.headers)
                return
            self._look(answer.json())
            self.hardships.counts["changes seen"] += len(self.copy.take(answer.json()))
            if not answer.json()["more"]:
                return

"""What endpoints ask FastAPI for: the desk where subscriptions are looked after, and pages of the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentKeyring, NamedKey
from app.identity.terms import Actor
from app.web.cursors import id_in, instant_in, make_cursor, read_cursor
from app.web.etags import version_tag
from app.web.idempotency import Answer, once
from app.web.state import PrivateAddresses
from app.web.works import WriteWork

from . import service
from .schemas import DeliveryListOut, DeliveryOut, NewSecretOut, RotationIn, SubscriptionIn, SubscriptionOut
from .terms import Delivery, DeliveryState, Subscription, Wanted


class Shown:
    """How a subscription is answered, whoever asks: its units by their codes, its version as ETag."""

    def __init__(self, directory: CurrentDirectory, response: Response) -> None:
        self.directory = directory
        self._response = response

    def one(self, actor: Actor, found: Subscription) -> SubscriptionOut:
        """The wire shape."""
        self._response.headers["ETag"] = version_tag(found.version)
        return SubscriptionOut.of(found, self.directory.unit_codes(actor.tenant_id))

    def created(self, body: dict[str, object], secret: str) -> NewSecretOut:
        """The wire shape of what was created, from the answer as it is kept, which has no secret."""
        self._response.headers["ETag"] = version_tag(int(str(body["version"])))
        return NewSecretOut.model_validate({**body, "secret": secret})


Answers = Annotated[Shown, Depends()]


class Desk:
    """Where subscriptions are made and changed: those of the province by its people, those of other systems by them."""

    def __init__(
        self,
        work: WriteWork,
        answers: Answers,
        catalogue: CurrentCatalogue,
        keys: CurrentKeyring,
        private: PrivateAddresses,
    ) -> None:
        self.work = work
        self.answers = answers
        self._catalogue, self._keys, self._private = catalogue, keys, private

    async def create(self, actor: Actor, body: SubscriptionIn, asked: Wanted, key: NamedKey) -> NewSecretOut:
        """The subscription with its secret, once for each key. Raises: IdempotencyKeyReused; as the service."""
        directory = self.answers.directory

        async def make() -> Answer:
            made = await service.create_subscription(
                self.work,
                actor,
                asked,
                keys=self._keys,
                directory=directory,
                catalogue=self._catalogue,
                private=self._private,
            )
            return Answer(201, SubscriptionOut.of(made, directory.unit_codes(actor.tenant_id)).model_dump(mode="json"))

        made = await once(self.work, actor.tenant_id, key, body, make)
        secret = await service.recall_secret(self.work, actor, UUID(made.body["id"]), keys=self._keys)
        return self.answers.created(made.body, secret)

    async def change(self, actor: Actor, subscription_id: UUID, asked: Wanted, seen: int) -> SubscriptionOut:
        """The subscription as it is now. Raises: what the service raises."""
        changed = await service.change_subscription(
            self.work,
            actor,
            subscription_id,
            asked,
            seen=seen,
            directory=self.answers.directory,
            catalogue=self._catalogue,
            private=self._private,
        )
        return self.answers.one(actor, changed)

    async def rotate(self, actor: Actor, subscription_id: UUID, rotation: RotationIn) -> NewSecretOut:
        """The subscription with a new secret. Raises: what the service raises."""
        made = await service.rotate_secret(self.work, actor, subscription_id, keys=self._keys, overlap=rotation.overlap)
        return NewSecretOut.with_secret(made, self.answers.directory.unit_codes(actor.tenant_id))


AtDesk = Annotated[Desk, Depends()]


class LogPage:
    """A page of a subscription's deliveries."""

    def __init__(
        self,
        state: Annotated[DeliveryState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        self.state, self.limit = state, limit
        self._cursor, self._query = cursor, {"state": state}

    @property
    def before(self) -> tuple[datetime, UUID] | None:
        """Where the page begins, read when it is known who asks. Raises: UnreadableCursor, ForeignCursor."""
        if self._cursor is None:
            return None
        at, message_id = read_cursor(self._query, self._cursor, str, str)
        return instant_in(at), id_in(message_id)

    def answer(self, found: Sequence[Delivery]) -> DeliveryListOut:
        """The page, and where the next one begins when more than a page was found."""
        items, following = found[: self.limit], None
        if len(found) > self.limit:
            following = make_cursor(self._query, [items[-1].created_at.isoformat(), str(items[-1].message_id)])
        return DeliveryListOut(items=[DeliveryOut.of(one) for one in items], next_cursor=following)


AskedLog = Annotated[LogPage, Depends()]

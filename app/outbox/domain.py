"""When a message that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

from app.kit.waits import Backoff

MAX_ATTEMPTS = 35  # 12 to 24 hours: what begins to fail in the evening is still tried when people come to work
PAUSES = Backoff(shortest=timedelta(seconds=2), longest=timedelta(hours=1))

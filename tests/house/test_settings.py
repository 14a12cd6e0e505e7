""".env.example tells every setting as the code knows it."""

from __future__ import annotations

from pydantic import SecretStr

from app.settings import Settings
from tests.house.snapshots import Held

HEAD = """\
# Every setting of Liên Thông, with what it is when it is absent. Copy to .env and change what you need.
# Written from app/settings.py by `make refresh`.
"""


def described() -> str:
    """What .env.example has to say."""
    parts = [HEAD]
    for name, field in Settings.model_fields.items():
        default = field.default
        value = "" if default is None or isinstance(default, SecretStr) else default
        parts.append(f"\n# {field.description}\n# LIENTHONG_{name.upper()}={value}\n")
    return "".join(parts)


def test_the_example_environment_tells_every_setting(held: Held) -> None:
    held(".env.example", described())


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())

"""The service worker's script: the same bytes for everybody, other bytes as soon as anything of the shell is."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

from app.web.pages import assets, script_parts

POLICY: Final = "default-src 'none'; connect-src 'self'; script-src 'self'"
_TEMPLATES: Final = files("app.portal") / "data"
_PAGES: Final = ("/offline?lang=vi", "/offline?lang=en")
_SHELL_FILES: Final = ("site.css", "dark.css", "site.js", "app.js", "offline.js", "icon.svg")
_SHELL_TEMPLATES: Final = ("offline.html", "where.html", "steps.html", "files_field.html", "portal.html")


@cache
def script(*, working: bool) -> bytes:
    """The worker, or when it is not `working` one that takes itself and all it stored of pages away again.

    What waits to be sent is never taken away.
    """
    if not working:
        return script_parts("worker_off.js")
    files_of = assets()
    shell = [*_PAGES, *(files_of[name].path for name in _SHELL_FILES)]
    body = script_parts("queue.js", "worker.js")
    templates = b"".join((_TEMPLATES / name).read_bytes() for name in _SHELL_TEMPLATES)
    version = hashlib.blake2b(body + orjson.dumps(shell) + templates, digest_size=8).hexdigest()
    return b'"use strict";\nconst SHELL = %b, VERSION = "%b";\n%b' % (orjson.dumps(shell), version.encode(), body)

"""Pages for people: server-rendered HTML that works without scripts. Doors bring their templates, this floor the rest.

Knows no room of the field: what a page says comes from its door.
"""

from __future__ import annotations

from .assets import assets, router as assets_router, script_parts
from .calendar import weeks
from .cookies import forget_cookie, put_cookie
from .dates import local_moment
from .devices import device_name
from .documents import router as documents_router
from .forms import (
    CurrentForm,
    FieldErrors,
    Form,
    UnreadableForm,
    errors_of,
    errors_of_problem,
    number,
    posted_form,
    typed_day,
    whole_number,
)
from .languages import CurrentPageLang, page_language
from .rendering import Pages, Site, policy
from .route import ForeignForm, PageRoute

__all__ = [
    "CurrentForm",
    "CurrentPageLang",
    "FieldErrors",
    "ForeignForm",
    "Form",
    "PageRoute",
    "Pages",
    "Site",
    "UnreadableForm",
    "assets",
    "assets_router",
    "device_name",
    "documents_router",
    "errors_of",
    "errors_of_problem",
    "forget_cookie",
    "local_moment",
    "number",
    "page_language",
    "policy",
    "posted_form",
    "put_cookie",
    "script_parts",
    "typed_day",
    "weeks",
    "whole_number",
]

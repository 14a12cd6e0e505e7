"""Questions that nobody asks yet, as the page for a new category has them."""

from __future__ import annotations

from typing import Any, Final

from app.catalogue.terms import QuestionType
from app.kit.text import Text, folded_words
from app.web.pages import Form

MOST_NEW: Final = 3
QUESTION_TYPES: Final = {
    QuestionType.CHOICE: Text("Chọn một", "One of several"),
    QuestionType.BOOLEAN: Text("Có hay không", "Yes or no"),
    QuestionType.NUMBER: Text("Một số", "A number"),
    QuestionType.TEXT: Text("Vài chữ", "A few words"),
}
ASKS_FOR: Final = {
    f"own_questions.{at}.{field}": asked
    for at in range(MOST_NEW)
    for field, asked in (
        ("text.vi", Text("Hãy viết câu hỏi bằng tiếng Việt.", "Write the question in Vietnamese.")),
        ("text.en", Text("Hãy viết câu hỏi bằng tiếng Anh.", "Write the question in English.")),
        ("code", Text("Hãy đặt mã cho câu hỏi, hoặc viết câu tiếng Anh.", "Give it a code, or write it in English.")),
    )
}
_TYPED: Final = ("code", "text.vi", "text.en", "choices")


def own_questions(form: Form) -> list[dict[str, Any]]:
    """The rows up to the last one in which something is written, as the API takes them."""
    names = [f"own_questions.{at}" for at in range(MOST_NEW)]
    written = [at for at, name in enumerate(names) if any(form.text(f"{name}.{field}") for field in _TYPED)]
    return [_row(form, name) for name in names[: written[-1] + 1]] if written else []


def _row(form: Form, name: str) -> dict[str, Any]:
    text = {lang: said for lang in ("vi", "en") if (said := form.text(f"{name}.text.{lang}"))}
    code = form.text(f"{name}.code") or _coded(text.get("en", ""))
    return {
        **({"code": code} if code else {}),
        "text": text,
        "type": form.text(f"{name}.type"),
        "choices": [_choice(line) for line in form.text(f"{name}.choices").splitlines() if line.strip()],
        "required": bool(form.text(f"{name}.required")),
        "private": bool(form.text(f"{name}.private")),
    }


def _choice(line: str) -> dict[str, Any]:
    """A line: Vietnamese, a bar, English, which is as the Vietnamese where it is left out; its code is made of it."""
    vi, _, en = (part.strip() for part in line.partition("|"))
    return {"code": _coded(en or vi), "label": {"vi": vi, "en": en or vi}}


def _coded(words: str) -> str:
    """A code of the words; of those that begin with a digit, which no code does, behind a letter."""
    code = "_".join(folded_words(words))
    return (f"n{code}" if code[:1].isdigit() else code)[:40].strip("_")

"""Refusals that supporters and whoever makes rules meet."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NewerPublished, PublishedAtOnce
from app.kit.text import Text


class SupportClosed(Conflict):
    """The case has ended, or lives on in one that is not public."""

    slug = "support-closed"
    title = Text("Việc này không còn nhận báo “Tôi cũng gặp”", "It can be supported no more")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do instead."""
        return Text(
            "Việc này đã xử lý xong hoặc không còn công khai. Nếu bạn vẫn gặp, hãy gửi phản ánh mới.",
            "It was dealt with, or is not public any more. If you still meet it, send a report of your own.",
        )


class OwnMatter(Conflict):
    """The person has sent a report of this case, which counts already."""

    slug = "own-matter"
    title = Text("Bạn đã phản ánh việc này", "You have reported this yourself")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that nothing is lost."""
        return Text(
            "Phản ánh của bạn đã được tính trong vụ việc này và bạn được báo tin về nó; không cần báo thêm.",
            "Your report is counted in this case already, and you are told of it; there is nothing to add.",
        )


class StaleSupportRule(NewerPublished):
    """The rule was made from one that is not the newest any more."""

    slug = "stale-support-rule"
    title = Text("Đã có quy tắc mới hơn về “Tôi cũng gặp”", "A newer rule of support was published")


class InvalidSupportRule(Invalid):
    """The rule cannot be so; `errors` has the pointer."""


class SupportRuleRace(PublishedAtOnce):
    """Two versions of one rule were published in the same moment."""

    slug = "support-rule-race"
    title = Text("Có người vừa ban hành quy tắc này", "Somebody else has just published this rule")

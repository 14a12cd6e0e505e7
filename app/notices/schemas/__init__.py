"""Wire shapes of notices: what people choose and were told, what a province words by itself."""

from .own import DeviceGoneIn, DeviceIn, NoticeListOut, PreferencesIn, PreferencesOut, PushKeyOut
from .wording import (
    QuietHoursDraftIn,
    SampleOut,
    TenantQuietHoursOut,
    WordingIn,
    WordingListOut,
    WordingOut,
    WordsIn,
)

__all__ = [
    "DeviceGoneIn",
    "DeviceIn",
    "NoticeListOut",
    "PreferencesIn",
    "PreferencesOut",
    "PushKeyOut",
    "QuietHoursDraftIn",
    "SampleOut",
    "TenantQuietHoursOut",
    "WordingIn",
    "WordingListOut",
    "WordingOut",
    "WordsIn",
]

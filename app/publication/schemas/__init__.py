"""Wire shapes of what the public sees, and of what officers decide about it."""

from __future__ import annotations

from .cases import FeatureCollectionOut, PublicCaseOut, PublicPageOut, PublicPreviewOut, public_preview_answer
from .photos import DecidePhotosIn, PhotoDecisionIn, PhotoListOut, photos_answer

__all__ = [
    "DecidePhotosIn",
    "FeatureCollectionOut",
    "PhotoDecisionIn",
    "PhotoListOut",
    "PublicCaseOut",
    "PublicPageOut",
    "PublicPreviewOut",
    "photos_answer",
    "public_preview_answer",
]

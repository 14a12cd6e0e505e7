"""Wire shapes of what the public sees, and of what officers decide about it."""

from __future__ import annotations

from .cases import FeatureCollectionOut, PublicCaseOut, PublicPageOut, PublicPreviewOut, public_preview_answer
from .maps import DensityFeaturesOut, DensityOut, density_bytes, density_features
from .photos import DecidePhotosIn, PhotoDecisionIn, PhotoListOut, photos_answer
from .similar import SimilarOut, similar_answer

__all__ = [
    "DecidePhotosIn",
    "DensityFeaturesOut",
    "DensityOut",
    "FeatureCollectionOut",
    "PhotoDecisionIn",
    "PhotoListOut",
    "PublicCaseOut",
    "PublicPageOut",
    "PublicPreviewOut",
    "SimilarOut",
    "density_bytes",
    "density_features",
    "photos_answer",
    "public_preview_answer",
    "similar_answer",
]

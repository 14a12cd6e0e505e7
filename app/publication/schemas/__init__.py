"""Wire shapes of what the public sees, and of what officers decide about it."""

from __future__ import annotations

from .cases import FeatureCollectionOut, PublicCaseOut, PublicPageOut, PublicPreviewOut, public_preview_answer
from .feeds import ATOM, CSV, Feed, add_element, atom, in_a_sentence, in_words, table, xml_bytes
from .figures import PublicFiguresOut
from .maps import DensityFeaturesOut, DensityOut, density_bytes, density_features
from .photos import DecidePhotosIn, PhotoDecisionIn, PhotoListOut, photos_answer
from .similar import SimilarOut, similar_answer

__all__ = [
    "ATOM",
    "CSV",
    "DecidePhotosIn",
    "DensityFeaturesOut",
    "DensityOut",
    "FeatureCollectionOut",
    "Feed",
    "PhotoDecisionIn",
    "PhotoListOut",
    "PublicCaseOut",
    "PublicFiguresOut",
    "PublicPageOut",
    "PublicPreviewOut",
    "SimilarOut",
    "add_element",
    "atom",
    "density_bytes",
    "density_features",
    "in_a_sentence",
    "in_words",
    "photos_answer",
    "public_preview_answer",
    "similar_answer",
    "table",
    "xml_bytes",
]

"""Where files lie: in a folder of this installation, or in a bucket of an S3 server; nobody else knows which."""

from __future__ import annotations

from app.settings import Settings

from .bucket import BucketStore
from .folder import FolderStore
from .seam import SHELVES, Appender, Store

__all__ = ["PHOTOS", "SHELVES", "UPLOADS", "Appender", "BucketStore", "FolderStore", "Store", "room_of", "store_of"]


UPLOADS, PHOTOS = "uploads", "photos"
"""What people sent, and the public copies of pictures: apart, so that one can never be taken for the other."""


def room_of(settings: Settings) -> int | None:
    """How many bytes of files may still come, as `Store.room`: without asking a bucket anything. Blocking."""
    return None if settings.s3_bucket is not None else store_of(settings).room()


def store_of(settings: Settings, folder: str = UPLOADS) -> Store:
    """Where this installation keeps files. Asks nobody yet: what is wrong shows when it is used."""
    if settings.s3_bucket is None:
        return FolderStore(settings.data_dir, folder, reserve_bytes=settings.upload_reserve_bytes)
    secret = settings.s3_secret_access_key
    return BucketStore(
        settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=secret.get_secret_value() if secret is not None else None,
        folder=folder,
    )

"""Where files lie: in a folder of this installation, or in a bucket of an S3 server; nobody else knows which."""

from __future__ import annotations

from app.settings import Settings

from .bucket import BucketStore
from .folder import FolderStore
from .seam import SHELVES, Appender, Store

__all__ = ["SHELVES", "Appender", "BucketStore", "FolderStore", "Store", "store_of"]


def store_of(settings: Settings) -> Store:
    """Where this installation keeps files. Asks nobody yet: what is wrong shows when it is used."""
    if settings.s3_bucket is None:
        return FolderStore(settings.data_dir)
    secret = settings.s3_secret_access_key
    return BucketStore(
        settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=secret.get_secret_value() if secret is not None else None,
    )

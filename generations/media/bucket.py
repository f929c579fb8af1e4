"""Media in a bucket that speaks S3, for installations of several hosts.

What is added to the package's own storage: one connection for all threads of a process (making one costs a tenth of a
second and some megabytes, and the asynchronous half serves each request in a thread of its own), files that never lie
in memory as a whole, addresses that are signed for the world outside, and errors that say what happened without
quoting an address. Every failure is an `OSError`: trouble of our own, like a full disk.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
from collections.abc import Iterator
from typing import IO, Any

import boto3.session
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from generations.media.types import FILE_TYPES

CONNECT_SECONDS = 5
READ_SECONDS = 30
ATTEMPTS = 3
PART_BYTES = 8 * 1024 * 1024
CACHE_CONTROL = "private, max-age=86400, immutable"
PIECE_BYTES = 256 * 1024
# What is read back lies in a temporary file above this size.
MEMORY_BYTES = 1024 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class StorageUnavailableError(OSError):
    """The bucket does not answer, or refuses; the text names neither address nor key."""

    def __init__(self, sentence: str) -> None:
        super().__init__(errno.EIO, sentence)

    def __str__(self) -> str:
        return str(self.strerror)


class MediaBucket(S3Storage):  # type: ignore[misc]
    """One bucket, or a folder of it. Every method raises `FileNotFoundError` or `StorageUnavailableError` at most."""

    def __init__(self, *, public_endpoint_url: str, **options: Any) -> None:
        self.public_endpoint_url = public_endpoint_url
        style = {"addressing_style": options["addressing_style"]}
        super().__init__(
            **options,
            # One part at a time, in the calling thread: ten threads would hold ten parts in memory.
            transfer_config=TransferConfig(use_threads=False, multipart_chunksize=PART_BYTES),
            client_config=Config(
                s3=style,
                signature_version="s3v4",
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                # Many services that speak S3 do not know the newer check sums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            max_memory_size=MEMORY_BYTES,
            cloudfront_signer=None,
        )
        self._made: dict[str, tuple[int, Any]] = {}

    @property
    def connection(self) -> Any:
        """The connection of this process."""
        return self._once("connection", self._connect)

    @property
    def bucket(self) -> Any:
        """The bucket, on the connection of this process."""
        return self._once("bucket", lambda: self.connection.Bucket(self.bucket_name))

    def url(
        self, name: str | None, parameters: Any = None, expire: int | None = None, http_method: str | None = None
    ) -> str:
        """Return a signed address that opens one file for a while, under the address that the world knows."""
        values = {**(parameters or {}), "Bucket": self.bucket_name, "Key": self._normalize_name(str(name))}
        operation = "head_object" if http_method == "HEAD" else "get_object"
        with _told():
            signer = self._once("signer", lambda: self._client(self.public_endpoint_url))
            address: str = signer.generate_presigned_url(operation, Params=values, ExpiresIn=expire or 3600)
            return address

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in even pieces, without a copy on this host."""
        with _told():
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
        with contextlib.closing(answer["Body"]) as body:
            while True:
                with _told():
                    piece: bytes = body.read(PIECE_BYTES)
                if not piece:
                    return
                yield piece

    def abandon_uploads(self, *, before: datetime.datetime, is_dry: bool) -> int:
        """Drop the parts of uploads that began before and never ended; return how many there were.

        They are paid for and stand in no listing. Idempotent: yes.
        """
        client = self.connection.meta.client
        count = 0
        with _told():
            pages = client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket_name, Prefix=f"{self.location}/" if self.location else ""
            )
            for upload in [one for page in pages for one in page.get("Uploads", ()) if one["Initiated"] < before]:
                count += 1
                if not is_dry:
                    client.abort_multipart_upload(
                        Bucket=self.bucket_name, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
        return count

    def get_object_parameters(self, name: str) -> dict[str, str]:
        """Return what the bucket keeps with a file: its type from our own table, and that it never changes."""
        mime = next((one.mime for one in FILE_TYPES.values() if name.endswith(f".{one.suffix}")), "")
        return {"CacheControl": CACHE_CONTROL, "ContentType": mime or self.default_content_type}

    def exists(self, name: str) -> bool:
        """Tell whether the bucket has this file."""
        with _told():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Delete a file. Idempotent: yes."""
        with contextlib.suppress(FileNotFoundError), _told():
            super().delete(name)

    def size(self, name: str) -> int:
        """Return a file's size in bytes."""
        with _told():
            return int(super().size(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the folders and the files of one folder."""
        with _told():
            folders, files = super().listdir(name)
            return folders, files

    def get_modified_time(self, name: str) -> datetime.datetime:
        """Return when a file was stored, aware."""
        with _told():
            stored_at: datetime.datetime = super().get_modified_time(name)
            return stored_at

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with _told():
            file: File[bytes] = super()._open(name, mode)
            # Fetched now, while errors can be told; larger files come to the disk.
            file.open(mode)
            return file

    def _save(self, name: str, content: IO[bytes]) -> str:
        with _told():
            saved: str = super()._save(name, content)
            return saved

    def _connect(self) -> Any:
        return self._session().resource("s3", endpoint_url=self.endpoint_url, config=self.client_config)

    def _client(self, endpoint_url: str) -> Any:
        if endpoint_url == self.endpoint_url:
            return self.connection.meta.client
        return self._session().client("s3", endpoint_url=endpoint_url, config=self.client_config)

    def _session(self) -> boto3.session.Session:
        return boto3.session.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.security_token,
            region_name=self.region_name,
        )

    def _once(self, what: str, make: Any) -> Any:
        """Return what is made once a process. A fork inherits open connections, which it must not use."""
        made = self._made.get(what)
        if made is None or made[0] != os.getpid():
            self._made[what] = made = (os.getpid(), make())
        return made[1]


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn the package's errors into ours; their texts are left behind, because they may quote addresses."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))[:60]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404 and code in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "no such file in the bucket") from None
        raise StorageUnavailableError(f"the bucket refuses: {code} ({status})") from None
    except (BotoCoreError, Boto3Error) as error:
        raise StorageUnavailableError(f"the bucket does not answer: {type(error).__name__}") from None

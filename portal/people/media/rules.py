"""The only place for a bucket's own rules: which pages may read it, and that it gives up what was never finished."""

from typing import TYPE_CHECKING, Any, cast

from portal.people.media.bucket import UNFINISHED_AFTER, Bucket, found_or_none, said

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CORSRuleTypeDef, LifecycleRuleTypeDef

_RULE = "give-up-unfinished-uploads"
_SHOWN = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
_NONE = ("NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration", "NotImplemented")


def set_up(bucket: Bucket, *, origin: str) -> bool:
    """Let the pages of `origin` read, and unfinished uploads end by themselves; False where there are no such rules.

    Rules of others in the bucket stay. Raises StoreAway.
    """
    cors = [rule for rule in _cors(bucket) if origin not in rule["AllowedOrigins"]]
    ours: CORSRuleTypeDef = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": _SHOWN,
        "MaxAgeSeconds": 3600,
    }
    with said("set up", bucket):
        bucket.client.put_bucket_cors(Bucket=bucket.bucket, CORSConfiguration={"CORSRules": [*cors, ours]})
    return _keep_unfinished_short(bucket)


def lets_read(bucket: Bucket, *, origin: str) -> bool:
    """Whether a rule lets the pages of `origin` read. Raises StoreAway."""
    return any(
        {origin, "*"} & set(rule["AllowedOrigins"]) and {"GET", "HEAD"} <= set(rule["AllowedMethods"])
        for rule in _cors(bucket)
    )


def gives_up_unfinished(bucket: Bucket) -> bool:
    """Whether a rule ends uploads that were begun and never finished. Raises StoreAway."""
    return any(rule["Status"] == "Enabled" and "AbortIncompleteMultipartUpload" in rule for rule in _lifecycle(bucket))


def try_out(bucket: Bucket) -> None:
    """Write something and take it away again. Raises StoreAway."""
    with said("written to", bucket):
        where: dict[str, Any] = {"Bucket": bucket.bucket, "Key": f"{bucket.prefix}doctor"}
        bucket.client.put_object(**where, Body=b"written")
        bucket.client.delete_object(**where)


def _keep_unfinished_short(bucket: Bucket) -> bool:
    others = [rule for rule in _lifecycle(bucket) if rule.get("ID") != _RULE]
    ours: LifecycleRuleTypeDef = {
        "ID": _RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": bucket.prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_AFTER.days},
    }
    with said("set up", bucket):
        found_or_none(
            lambda: bucket.client.put_bucket_lifecycle_configuration(
                Bucket=bucket.bucket, LifecycleConfiguration={"Rules": [*others, ours]}
            ),
            codes=_NONE,
        )
    return gives_up_unfinished(bucket)


def _cors(bucket: Bucket) -> "list[CORSRuleTypeDef]":
    with said("asked for its rules", bucket):
        found: Any = found_or_none(lambda: bucket.client.get_bucket_cors(Bucket=bucket.bucket), codes=_NONE)
    return cast("list[CORSRuleTypeDef]", found["CORSRules"] if found else [])


def _lifecycle(bucket: Bucket) -> "list[LifecycleRuleTypeDef]":
    with said("asked for its rules", bucket):
        found: Any = found_or_none(
            lambda: bucket.client.get_bucket_lifecycle_configuration(Bucket=bucket.bucket), codes=_NONE
        )
    return cast("list[LifecycleRuleTypeDef]", found["Rules"] if found else [])

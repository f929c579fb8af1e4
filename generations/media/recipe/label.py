"""The label of content that a machine has made, as Chinese rules ask for it in a file's metadata since September 2025.

Sources (read 2026-11-25): GB 45438-2025 names the fields,
https://www.xiongan.gov.cn/20250617/99e8309670814bdba91b3bcbfaca4e6c/2025061799e8309670814bdba91b3bcbfaca4e6c_38598ff9004470443c9195f1655adb29a0.pdf
· the committee's practice guide, as https://www.cnblogs.com/aopstudio/p/19075002 shows it, names the XMP property ·
https://cloud.tencent.com/document/api/460/122025 tells what each field means ·
https://developer.huawei.com/consumer/cn/doc/harmonyOS-Faqs/faqs-avcodec-24/ names the keys in EXIF and in clips.
"""

from __future__ import annotations

import json

from generations.models import Asset

FIELD = "AIGC"
XMP_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
XMP_PREFIX = "TC260"
# "1" says: made by a machine, without doubt.
IS_GENERATED = "1"


def label_of(asset: Asset, *, producer: str) -> str:
    """Return the label of a generated file as JSON. `producer` is the name or the registered code of the service.

    The reserved code of the producer is meant for proof of integrity: here it is the digest of the file as it is
    stored. Nobody has passed the file on yet, so those fields are empty.
    """
    fields = {
        "Label": IS_GENERATED,
        "ContentProducer": producer,
        "ProduceID": str(asset.public_id),
        "ReservedCode1": f"sha256:{asset.sha256}",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

"""Indexes photos, looks for the first one, says what each hit has in common with it, and takes all away again.

    make_stubs.sh /tmp/stubs
    PYTHONPATH=/tmp/stubs python3 photo_search.py 127.0.0.1:5100 a.jpg b.jpg c.jpg

Writes one JSON object. The collection it makes, and removes at the end, is named by --collection.
"""

import argparse
import json
import pathlib
import sys

import grpc

import error_status_pb2
from delg.v1 import image_search_pb2 as messages
from delg.v1 import image_search_pb2_grpc as services

# An answer to a search among thousands of photos is large when it holds all matches.
MAX_ANSWER_BYTES = 64 * 1024 * 1024

# Long enough for one photo on a busy machine. A call without a deadline waits for ever when the network drops it.
PATIENCE_SECONDS = 60


def index(gateway, collection, photos):
    """Sends photos one after the other on a stream. Results come as they are done, so each names its image."""

    def requests():
        for photo in photos:
            image = messages.IndexImageRequest(collection=collection, image_id=photo.name, image=photo.read_bytes())
            image.metadata.values["folder"].string_value = photo.parent.name
            yield messages.IndexImagesRequest(image=image)

    for result in gateway.IndexImages(requests(), timeout=PATIENCE_SECONDS * len(photos)):
        # A photo that fails does not end the stream.
        yield {
            "image_id": result.image_id,
            "outcome": messages.IndexOutcome.Name(result.outcome),
            "local_features": result.local_feature_count,
            "reason": result.reason,
        }


def search(gateway, collection, photo):
    """Asks for the photos that show what this one shows, with what is needed to draw why."""
    answer = gateway.SearchImages(
        messages.SearchImagesRequest(
            collection=collection,
            image=photo.read_bytes(),
            top_k=10,
            explain=messages.EXPLAIN_LEVEL_MATCHES,
            include_timings=True,
        ),
        timeout=PATIENCE_SECONDS,
    )
    return {"hits": [explained(hit) for hit in answer.hits], "total_ms": answer.timings.total_ms}


def explained(hit):
    comparison = hit.verification
    return {
        "image_id": hit.image_id,
        "folder": hit.metadata.values["folder"].string_value,
        "similarity": hit.similarity,
        "verified": comparison.verified,
        "inliers": comparison.inliers,
        # A point (x, y) of the query lies at (a x + b y + c, d x + e y + f) in the hit.
        "affine": list(comparison.affine),
        "region": [[point.x, point.y] for point in comparison.candidate_region],
        "matches": [[match.query.x, match.query.y, match.candidate.x, match.candidate.y] for match in comparison.matches],
    }


def listed(gateway, collection):
    """All ids of a collection, a page at a time."""
    token = ""
    while True:
        page = gateway.ListImages(messages.ListImagesRequest(collection=collection, page_size=2, page_token=token), timeout=PATIENCE_SECONDS)
        yield from (image.image_id for image in page.images)
        token = page.next_page_token
        if not token:
            return


def why(failure):
    """Code, reason and words of a call that failed. Reasons are stable; words are not."""
    details = dict(failure.trailing_metadata()).get("grpc-status-details-bin", b"")
    reason = ""
    for detail in error_status_pb2.Status.FromString(details).details:
        if detail.type_url.endswith("/google.rpc.ErrorInfo"):
            reason = error_status_pb2.ErrorInfo.FromString(detail.value).reason
    return {"code": failure.code().name, "reason": reason, "message": failure.details()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("gateway", help="host:port of the gateway's gRPC")
    arguments.add_argument("photos", nargs="+", type=pathlib.Path)
    arguments.add_argument("--collection", default="python-example")
    given = arguments.parse_args()
    report = {}
    with grpc.insecure_channel(given.gateway, options=[("grpc.max_receive_message_length", MAX_ANSWER_BYTES)]) as channel:
        gateway = services.ImageSearchServiceStub(channel)
        try:
            report["indexed"] = list(index(gateway, given.collection, given.photos))
            report["listed"] = list(listed(gateway, given.collection))
            report["answer"] = search(gateway, given.collection, given.photos[0])
            deleted = gateway.DeleteImages(
                messages.DeleteImagesRequest(collection=given.collection, image_ids=[photo.name for photo in given.photos]), timeout=PATIENCE_SECONDS
            )
            report["deleted"] = deleted.deleted_count
            gateway.DeleteImageCollection(messages.DeleteImageCollectionRequest(name=given.collection), timeout=PATIENCE_SECONDS)
            # What is gone cannot be asked for: how a failure looks.
            gateway.SearchImages(messages.SearchImagesRequest(collection=given.collection, image_id=given.photos[0].name), timeout=PATIENCE_SECONDS)
        except grpc.RpcError as failure:
            report["failure"] = why(failure)
    json.dump(report, sys.stdout)
    # All but the last question were to succeed.
    return 0 if report.get("failure", {}).get("reason") == "COLLECTION_NOT_FOUND" and "deleted" in report else 1


if __name__ == "__main__":
    sys.exit(main())

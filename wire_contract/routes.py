"""HTTP paths and header names: each string once, for both sides."""

API_PREFIX = "/api/v1"
EVENTS = f"{API_PREFIX}/events"
EVIDENCE = f"{API_PREFIX}/evidence/{{sha256}}"
"""PUT the bytes; HEAD answers `Upload-Offset`, where a PUT with `Content-Range` goes on."""
HEARTBEAT = f"{API_PREFIX}/devices/{{device_id}}/heartbeat"
ENROLMENT = f"{API_PREFIX}/devices/enrol"

DEVICE_HEADER = "X-Lilong-Device"
"""Names the device; the token follows in `Authorization: Bearer …`."""
UPLOAD_OFFSET_HEADER = "Upload-Offset"

MAX_EVENT_BYTES = 64 * 1024
MAX_BATCH_EVENTS = 100
MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_EVIDENCE_BYTES = 16 * 1024 * 1024

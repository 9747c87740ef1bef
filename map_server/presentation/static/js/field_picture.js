// Pictures for the field: made small, hashed, with the moment at which the camera took them, which the sent picture no
// longer tells.
import { prepared, sha256 } from "./photo.js";

const EXIF_BYTES = 256 * 1024;
const EXIF_POINTER = 0x8769;
const TAKEN_AT = 0x9003;
const TAKEN_OFFSET = 0x9011;

/** Give {sha256, source_sha256, size_bytes, captured_at, bytes} of a picture file. Throws an Error with words. */
export async function pictureOf(file, now = new Date()) {
  const blob = await prepared(file);
  const bytes = await blob.arrayBuffer();
  return {
    sha256: await sha256(blob),
    source_sha256: await sha256(file),
    size_bytes: bytes.byteLength,
    captured_at: ((await takenAt(file)) ?? new Date(Math.min(file.lastModified || now, now))).toISOString(),
    bytes,
  };
}

/** Read when a camera took a JPEG. Source: CIPA DC-008 (Exif 2.32), 4.6; null where it does not say. */
export async function takenAt(file) {
  const view = new DataView(await file.slice(0, EXIF_BYTES).arrayBuffer());
  try {
    const start = exifStart(view);
    return start === null ? null : dateIn(view, start);
  } catch (error) {
    if (error instanceof RangeError) return null; // cut off, or no EXIF after all
    throw error;
  }
}

function exifStart(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
  }
  return null;
}

function dateIn(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const found = entries(view, start, start + view.getUint32(start + 4, little), little);
  const pointer = found.get(EXIF_POINTER);
  if (pointer === undefined) return null;
  const inner = entries(view, start, start + pointer, little);
  const text = inner.has(TAKEN_AT) ? ascii(view, start + inner.get(TAKEN_AT), 19) : "";
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  if (!match) return null;
  const offset = inner.has(TAKEN_OFFSET) ? ascii(view, start + inner.get(TAKEN_OFFSET), 6) : "";
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "";
  const moment = new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}${zone}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function entries(view, start, at, little) {
  const found = new Map();
  const count = view.getUint16(at, little);
  for (let entry = 0; entry < count; entry += 1) {
    const place = at + 2 + 12 * entry;
    found.set(view.getUint16(place, little), view.getUint32(place + 8, little));
  }
  return found;
}

function ascii(view, at, length) {
  return Array.from({ length }, (_, index) => String.fromCharCode(view.getUint8(at + index))).join("");
}

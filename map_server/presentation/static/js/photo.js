// Makes a phone's picture ready to be sent: upright, small enough for a thin line, and without what the phone wrote into it.
import { t } from "./i18n.js";

const LONGEST_EDGE_PX = 1920;
const QUALITY = 0.85;

/** Give a JPEG of a picture file. Throws an Error with words for people. */
export async function prepared(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(t("This file is no picture that the browser can read; take or choose another one."));
  }
  const scale = Math.min(1, LONGEST_EDGE_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** Give the SHA-256 of a blob, hex. */
export async function sha256(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (!crypto.subtle) return sha256Plain(bytes); // a page without https has no crypto.subtle
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const primes = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && Array.from({ length: n - 2 }, (_, d) => n % (d + 2)).every(Boolean));
const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
const K = primes.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)));
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const turned = (word, by) => (word >>> by) | (word << (32 - by));

/** SHA-256 in plain script. Source: FIPS 180-4, 6.2. */
export function sha256Plain(bytes) {
  const length = ((bytes.length + 8) >> 6) + 1;
  const padded = new DataView(new ArrayBuffer(length * 64));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(length * 64 - 8, Math.floor(bytes.length / 2 ** 29));
  padded.setUint32(length * 64 - 4, (bytes.length << 3) >>> 0);
  const state = Uint32Array.from(START);
  const w = new Uint32Array(64);
  for (let block = 0; block < length; block += 1) compress(state, w, padded, block * 64);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => out.setUint32(n * 4, word));
  return hex(new Uint8Array(out.buffer));
}

function compress(state, w, data, offset) {
  for (let n = 0; n < 16; n += 1) w[n] = data.getUint32(offset + n * 4);
  for (let n = 16; n < 64; n += 1) {
    const s0 = turned(w[n - 15], 7) ^ turned(w[n - 15], 18) ^ (w[n - 15] >>> 3);
    const s1 = turned(w[n - 2], 17) ^ turned(w[n - 2], 19) ^ (w[n - 2] >>> 10);
    w[n] = w[n - 16] + s0 + w[n - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let n = 0; n < 64; n += 1) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K[n] + w[n]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => {
    state[n] += word;
  });
}

// How much room the phone has left. Browsers do not tell (Chromium says 10 GiB wherever the disk ends), so a reserve is
// kept: pieces of noise, written while there was room. A write that finds none is given a piece; from then on room is scarce,
// and said to be. The last piece belongs to what is written down: pictures stop before it.
// Source: Chrome Platform Status 4977371751645184 (predictable reported storage quota).
import { openReserve } from "./field_store.js";

const MB = 1e6;
const GIB = 2 ** 30;
const PIECES = 4;
const PIECE_BYTES = 3 * MB;
const SCARCE = 30 * MB;
const RANDOM_AT_ONCE = 65536;

/** What the browser says is left, in bytes; null where it says nothing, or a round number for everybody. */
async function toldRoom() {
  const told = await navigator.storage?.estimate?.().catch(() => null);
  const left = (told?.quota ?? 0) - (told?.usage ?? 0);
  return !told?.quota || left % GIB === 0 ? null : Math.max(0, left);
}

/** Noise, because some disks keep zeros in no room at all. */
function piece() {
  const bytes = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < PIECE_BYTES; at += RANDOM_AT_ONCE) crypto.getRandomValues(bytes.subarray(at, Math.min(PIECE_BYTES, at + RANDOM_AT_ONCE)));
  return bytes.buffer;
}

export class Room {
  constructor(store) {
    this.store = store;
    this.isKnown = false;
  }

  static async open() {
    return new Room(await openReserve());
  }

  async pieces() {
    return (await this.store.keys("pieces")).length;
  }

  /** Tell what is left for pictures: {left, isScarce, isFull}; `left` in bytes, null where there is plenty. */
  async look() {
    const pieces = this.isKnown ? await this.pieces() : PIECES;
    const kept = pieces < PIECES ? Math.max(0, pieces - 1) * PIECE_BYTES : Infinity;
    const told = (await toldRoom()) ?? Infinity;
    const left = Math.min(kept, Math.max(0, told - PIECE_BYTES));
    return { left: Number.isFinite(left) ? left : null, isScarce: left < SCARCE, isFull: left === 0 };
  }

  /** Put back what is missing of the reserve, as far as there is room. */
  async fill() {
    try {
      for (let key = 0; key < PIECES; key += 1) {
        if (!(await this.store.get("pieces", key))) await this.store.put("pieces", piece(), key);
      }
    } catch {
      // no room now; after the next picture that was sent there may be
    }
    this.isKnown = true;
  }

  /** Give up a piece for a write that found no room; pictures leave the last one. Tells whether there was one. */
  async giveWay(isPicture) {
    const keys = await this.store.keys("pieces");
    if (keys.length <= (isPicture ? 1 : 0)) return false;
    await this.store.remove("pieces", keys.at(-1));
    return true;
  }
}

export function inMegabytes(bytes) {
  return Math.floor(bytes / MB);
}

/** Ask the browser not to throw the store away when the phone gets full; tells whether it promised. */
export async function keepForSure() {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

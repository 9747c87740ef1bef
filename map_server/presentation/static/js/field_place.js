// Where the phone is: watched while a route is on, asked anew for a check-in; positions of the route kept for its track.
const RECENT = 30;
const TRACK_EVERY_MS = 8_000;
const ASK_MS = 12_000;
const USABLE_MS = 60_000;
const FRESH_MS = 5_000;
const PAUSED = -1; // followed, but for the moment of a question

function fixOf(position) {
  const { longitude, latitude, accuracy } = position.coords;
  return { lon: longitude, lat: latitude, accuracy_m: Math.round(accuracy * 10) / 10, at: new Date(position.timestamp).toISOString() };
}

export class Place {
  constructor(onFix) {
    this.recent = [];
    this.onFix = onFix;
    this.watch = null;
    this.keep = null;
    this.trackedAt = 0;
    this.trouble = "";
  }

  get last() {
    return this.recent.at(-1) ?? null;
  }

  /** Follow the phone; `keep(fix)` gets what belongs to the track. */
  start(keep) {
    this.keep = keep;
    if (this.watch !== null || !navigator.geolocation) return;
    this.watch = navigator.geolocation.watchPosition(
      (position) => this.take(fixOf(position)),
      (error) => {
        this.trouble = error.code === error.PERMISSION_DENIED ? "denied" : "none";
        this.onFix();
      },
      { enableHighAccuracy: true, maximumAge: 0 },
    );
  }

  take(fix) {
    this.trouble = "";
    this.recent = [...this.recent.slice(1 - RECENT), fix];
    if (Date.now() - this.trackedAt >= TRACK_EVERY_MS) {
      this.trackedAt = Date.now();
      this.keep?.(fix);
    }
    this.onFix();
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  /** Give {fix, recent} for a check-in: a fresh position, else the last one if it is of this minute, else none. */
  async now() {
    const recent = this.recent.slice();
    if (this.isYounger(FRESH_MS)) return { fix: this.last, recent };
    if (!navigator.geolocation) return { fix: null, recent };
    if (this.watch !== null) {
      navigator.geolocation.clearWatch(this.watch); // a receiver that is asked anew answers sooner than one that has no news
      this.watch = PAUSED;
    }
    try {
      const position = await new Promise((resolve, reject) => {
        navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, maximumAge: 0, timeout: ASK_MS });
      });
      return { fix: fixOf(position), recent };
    } catch (error) {
      this.trouble = error.code === error.PERMISSION_DENIED ? "denied" : "none";
      return { fix: this.isYounger(USABLE_MS) ? this.last : null, recent };
    } finally {
      if (this.watch === PAUSED) {
        this.watch = null;
        this.start(this.keep);
      }
    }
  }

  isYounger(age) {
    return this.last !== null && Date.now() - new Date(this.last.at).getTime() < age;
  }
}

const EQUATOR_M = 6378137;

/** Metres between two places: near enough for a few kilometres. */
export function metresBetween(one, other) {
  const radians = Math.PI / 180;
  const east = (other.lon - one.lon) * radians * EQUATOR_M * Math.cos(((one.lat + other.lat) / 2) * radians);
  const north = (other.lat - one.lat) * radians * EQUATOR_M;
  return Math.hypot(east, north);
}

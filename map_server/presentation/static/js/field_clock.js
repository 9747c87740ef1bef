// The phone's two clocks: the one on its wall, which anybody can set, and its running time, which nobody can; and how far
// the first lies from the server's.
export class PhoneClock {
  constructor(offset = null) {
    this.session = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.offset_s = offset;
  }

  reading() {
    return { wall: Date.now(), running: performance.now() };
  }

  /** Take the server's time of an answer; `before` is the reading when it was asked for. */
  compare(serverTime, before) {
    const now = this.reading();
    const middle = now.wall - (now.running - before.running) / 2;
    this.offset_s = Math.round((new Date(serverTime).getTime() - middle) / 10) / 100;
  }

  /** What a record says of its time. */
  stamp() {
    return {
      made_at: new Date().toISOString(),
      session: this.session,
      uptime_s: Math.round(performance.now()) / 1000,
      offset_s: this.offset_s,
    };
  }
}

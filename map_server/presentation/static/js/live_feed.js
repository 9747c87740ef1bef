// Hears of changes: server-sent events, with the browser's own reconnecting (Last-Event-ID) and a word about its state.
const AWAY_AFTER_MS = 5_000;
const RETRY_MS = 3_000;

export class LiveFeed {
  /** `onChange(kind, data)` for each change; `onState("live" | "away")` when the line comes or goes. */
  constructor(url, onChange, onState) {
    this.url = url;
    this.onChange = onChange;
    this.onState = onState;
    this.open();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.source.readyState === EventSource.CLOSED) this.open();
    });
  }

  open() {
    this.source = new EventSource(this.url);
    this.source.addEventListener("open", () => this.came());
    this.source.addEventListener("error", () => this.lost());
    for (const kind of ["incident", "device", "patrol"]) {
      this.source.addEventListener(kind, (event) => this.onChange(kind, JSON.parse(event.data)));
    }
  }

  came() {
    clearTimeout(this.absence);
    this.absence = null;
    this.onState("live");
  }

  /** The server ends each stream now and then; only an absence that lasts is told. */
  lost() {
    this.absence ??= setTimeout(() => this.onState("away"), AWAY_AFTER_MS);
    if (this.source.readyState === EventSource.CLOSED) {
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.open(), RETRY_MS);
    }
  }
}

// Hears of changes: server-sent events, with the browser's own reconnecting (Last-Event-ID) and a word about its state.
const SILENT_AFTER_MS = 45_000;

export class LiveFeed {
  /** `onChange(ids)` after each batch of changes; `onState("live" | "away")` when the line comes or goes. */
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
    this.source.addEventListener("open", () => this.heard());
    this.source.addEventListener("error", () => this.lost());
    this.source.addEventListener("changes", (event) => {
      this.heard();
      this.onChange(JSON.parse(event.data));
    });
    this.source.addEventListener("ping", () => this.heard());
  }

  heard() {
    this.onState("live");
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.onState("away"), SILENT_AFTER_MS);
  }

  lost() {
    this.onState("away");
    if (this.source.readyState === EventSource.CLOSED) {
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.open(), 3000);
    }
  }
}

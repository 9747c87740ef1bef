// What the phone keeps of a person's day, in IndexedDB: records, pictures, drafts, positions. One database for each
// account, so that nobody sees another's. Every write is on the disk before it counts.
const VERSION = 1;
const POINTER_VERSION = 1;
const RESERVE_VERSION = 1;
const POINTER = "account";

/** Whose day lies on this phone: {account_id, display_name, login_name}, or null. */
export async function lastAccount() {
  const store = await openPointer();
  const account = await store.get("meta", POINTER);
  store.close();
  return account ?? null;
}

/** Written as surely as a record: the browser's localStorage is seconds late, and a killed browser loses those. */
export async function rememberAccount(account) {
  const store = await openPointer();
  await store.put("meta", account, POINTER);
  store.close();
}

async function openPointer() {
  return new Store(await opened("lilong-field", POINTER_VERSION, (db) => db.createObjectStore("meta")));
}

/** Open the store of what only keeps room; see field_room.js. */
export async function openReserve() {
  return new Store(await opened("lilong-field-reserve", RESERVE_VERSION, (db) => db.createObjectStore("pieces")));
}

/** Open a database. One that a later version of this page has made is opened as it is: it only has more stores. */
async function opened(name, version, upgraded) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = (event) => upgraded(request.result, event.oldVersion);
  try {
    return await promised(request);
  } catch (error) {
    if (error.name !== "VersionError") throw error;
    return promised(indexedDB.open(name));
  }
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Later versions add stores and never touch what waits in these.
function upgrade(db, from) {
  if (from < 1) {
    db.createObjectStore("meta");
    db.createObjectStore("records", { keyPath: "sequence" });
    db.createObjectStore("photos", { keyPath: ["record_id", "sha256"] });
    db.createObjectStore("pictures", { keyPath: "sha256" });
    db.createObjectStore("drafts");
    db.createObjectStore("fixes", { autoIncrement: true });
  }
}

/** Open an account's store; `room` gives way to a write that finds none. */
export async function openStore(accountId, room) {
  const db = await opened(`lilong-field-${accountId}`, VERSION, upgrade);
  db.onversionchange = () => db.close();
  return new Store(db, room);
}

/** Let a picture's bytes go, unless a draft or a record still needs them. */
async function dropUnneeded({ photos, pictures, drafts }, sha256) {
  const isIn = (list) => list.some((one) => one.sha256 === sha256);
  const unsent = (await promised(photos.getAll())).filter((one) => one.state !== "kept");
  const drafted = (await promised(drafts.getAll())).flatMap((draft) => draft.photos ?? []);
  if (!isIn(unsent) && !isIn(drafted)) await promised(pictures.delete(sha256));
}

export class Store {
  constructor(db, room = null) {
    this.db = db;
    this.room = room;
  }

  close() {
    this.db.close();
  }

  /** Do all of `work(stores)` or nothing of it; it is on the disk when this returns. May call `work` more than once. */
  async write(names, work, { isPicture = false } = {}) {
    for (;;) {
      try {
        return await this.writeOnce(names, work);
      } catch (error) {
        if (error?.name !== "QuotaExceededError" || !(await this.room?.giveWay(isPicture))) throw error;
      }
    }
  }

  async writeOnce(names, work) {
    const transaction = this.db.transaction(names, "readwrite", { durability: "strict" });
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    let result;
    try {
      result = await work(stores);
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // it has aborted by itself
      }
      await ended.catch(() => {});
      throw error;
    }
    await ended;
    return result;
  }

  get(name, key) {
    return promised(this.db.transaction(name).objectStore(name).get(key));
  }

  keys(name) {
    return promised(this.db.transaction(name).objectStore(name).getAllKeys());
  }

  all(name) {
    return promised(this.db.transaction(name).objectStore(name).getAll());
  }

  put(name, value, key) {
    return this.write([name], (stores) => promised(stores[name].put(value, key)));
  }

  remove(name, key) {
    return this.write([name], (stores) => promised(stores[name].delete(key)));
  }

  meta(key) {
    return this.get("meta", key);
  }

  setMeta(key, value) {
    return this.put("meta", value, key);
  }

  /** Keep a record with the pictures that it names, under the phone's next number; its draft ends with it. */
  addRecord(record, { photos = [], draft = null, label = "" } = {}) {
    return this.write(["meta", "records", "photos", "drafts"], async ({ meta, records, photos: queue, drafts }) => {
      const sequence = ((await promised(meta.get("sequence"))) ?? 0) + 1;
      const phoneId = (await promised(meta.get("phone_id"))) ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
      await promised(meta.put(sequence, "sequence"));
      await promised(meta.put(phoneId, "phone_id"));
      const whole = { ...record, sequence, phone_id: phoneId };
      await promised(records.put({ sequence, record: whole, label, state: "waiting", tries: 0, problem: "" }));
      for (const photo of photos) {
        await promised(queue.put({ ...photo, record_id: record.record_id, sequence, state: "waiting", received: 0, tries: 0, problem: "" }));
      }
      if (draft !== null) await promised(drafts.delete(draft));
      return whole;
    });
  }

  /** Keep a picture at once, and note it in its draft: a browser that is killed now loses neither. */
  addPicture(key, draft, picture) {
    const work = async ({ pictures, drafts }) => {
      await promised(pictures.put(picture));
      await promised(drafts.put(draft, key));
    };
    return this.write(["pictures", "drafts"], work, { isPicture: true });
  }

  /** Leave a picture out of a draft again; its bytes go. */
  dropPicture(key, sha256) {
    return this.write(["photos", "pictures", "drafts"], async (stores) => {
      const draft = await promised(stores.drafts.get(key));
      await promised(stores.drafts.put({ ...draft, photos: draft.photos.filter((one) => one.sha256 !== sha256) }, key));
      await dropUnneeded(stores, sha256);
    });
  }

  /** The server has a picture: its bytes may go. */
  photoKept(photo) {
    return this.write(["photos", "pictures", "drafts"], async (stores) => {
      await promised(stores.photos.put({ ...photo, state: "kept", received: photo.size_bytes }));
      await dropUnneeded(stores, photo.sha256);
    });
  }

  /** Give up to `count` positions with their keys. */
  async fixes(count) {
    const store = this.db.transaction("fixes").objectStore("fixes");
    const [keys, values] = await Promise.all([promised(store.getAllKeys(null, count)), promised(store.getAll(null, count))]);
    return { keys, values };
  }

  dropFixes(keys) {
    return this.write(["fixes"], ({ fixes }) => Promise.all(keys.map((key) => promised(fixes.delete(key)))));
  }
}

/** A new UUID version 7: sorts by time, made without a server. Source: RFC 9562, 5.7. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

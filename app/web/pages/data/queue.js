// What is kept on this device until there is a network. Pages and the service worker share it: a report keeps the key
// it was written under, so that however often it is sent, by whichever of them, it is taken in once.
const queue = (() => {
  const opened = () => new Promise((done, failed) => {
    const asked = indexedDB.open("lienthong", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("reports", { keyPath: "key" });
      asked.result.createObjectStore("notes");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
  const inStore = async (store, mode, verb) => {
    const db = await opened();
    try {
      return await new Promise((done, failed) => {
        const work = db.transaction(store, mode, { durability: "strict" });
        const asked = verb(work.objectStore(store));
        work.oncomplete = () => done(asked?.result);
        work.onabort = work.onerror = () => failed(work.error);
      });
    } finally { db.close(); }
  };
  const channel = "BroadcastChannel" in self ? new BroadcastChannel("lienthong") : null;
  const told = () => { channel?.postMessage("changed"); self.dispatchEvent(new Event("queued")); };

  const list = async () => (await inStore("reports", "readonly", (store) => store.getAll()))
    .sort((one, other) => one.at - other.at);
  const write = async (report) => { await inStore("reports", "readwrite", (store) => store.put(report)); told(); };
  // What became of a report that was sent. One that was taken off the device meanwhile does not come back to be sent again.
  const replace = async (report) => {
    await inStore("reports", "readwrite", (store) => {
      const held = store.get(report.key);
      held.onsuccess = () => { if (held.result || report.state === "sent") store.put(report); };
    });
    told();
  };
  const drop = async (key) => { await inStore("reports", "readwrite", (store) => store.delete(key)); told(); };
  const note = (name) => inStore("notes", "readonly", (store) => store.get(name));
  const setNote = (name, value) => inStore("notes", "readwrite", (store) => store.put(value, name));

  // A UUIDv7 and a secret: the server knows by them for over a year what it has taken in, and from whom.
  const newKey = () => {
    const at = Date.now().toString(16).padStart(12, "0");
    return `${at.slice(0, 8)}-${at.slice(8)}-7${crypto.randomUUID().slice(15)}.${crypto.randomUUID()}`;
  };
  const isFile = (value) => typeof value !== "string";
  const put = async (entries) => {
    const fields = entries.filter(([name, value]) => !isFile(value) && !["step", "key", "captured_at"].includes(name));
    const files = entries.map(([, value]) => value).filter((value) => isFile(value) && value.size);
    const key = entries.find(([name]) => name === "key")[1];
    const title = (fields.find(([name]) => name === "description") || ["", ""])[1].slice(0, 120);
    await write({ key, at: Date.now(), state: "waiting", title, fields, files, tries: 0, next: 0 });
  };

  const later = (report) => {
    const tries = report.tries + 1;
    return { ...report, tries, next: Date.now() + Math.min(900, 5 * 2 ** Math.min(tries, 8)) * 1000 * (0.5 + Math.random() / 2) };
  };
  // What became of it, or null when nothing did: no network, or somebody else answered, as a hotel's sign-in page does.
  const handed = async (report) => {
    const body = new FormData();
    for (const [name, value] of report.fields) body.append(name, value);
    body.append("key", report.key);
    body.append("captured_at", new Date(report.at).toISOString());
    for (const file of report.files) body.append("files", file, file.name || "photo.jpg");
    const headers = { Accept: "application/json", "Client-Time": new Date().toISOString() };
    const answer = await fetch("/report/kept", { method: "POST", body, headers, credentials: "same-origin", cache: "no-store" });
    if (answer.status === 413) return { outcome: "refused", told: "", errors: [] };
    if (!(answer.headers.get("content-type") || "").startsWith("application/json")) return null;
    return answer.json();
  };
  const settled = (report, became) => {
    const { key, at, title } = report;
    if (became?.outcome === "accepted") return { key, at, title, state: "sent", code: became.code, secret: became.secret, sent: Date.now() };
    if (became?.outcome === "refused") return { ...report, state: "refused", told: became.told, errors: became.errors };
    return later(report);
  };
  const sendAll = async (now) => {
    for (const report of await list()) {
      if (report.state !== "waiting" || (!now && report.next > Date.now())) continue;
      let became = null;
      try { became = await handed(report); } catch { /* no network */ }
      await replace(settled(report, became));
      if (!became || became.outcome === "later") return;
    }
  };
  // One sender at a time over all tabs and the worker. Whoever is asked by a person waits for the other one to end.
  const send = async (now = false) => {
    if (!navigator.locks) return sendAll(now);
    return navigator.locks.request("lienthong.sending", { ifAvailable: !now }, (lock) => lock && sendAll(now));
  };
  const again = (key) => list().then((all) => all.find((one) => one.key === key));
  return { list, put, drop, find: again, note, setNote, newKey, send, channel };
})();

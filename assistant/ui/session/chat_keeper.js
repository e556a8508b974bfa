// Keeps the visitor's chats in this browser and gives them back to a new session: see chat_keeper.py.
// Records are strings that only the server reads; nothing here draws anything.

const PLACE = "deep-learning-notes/"; // before every key
const OFF = PLACE + "off"; // there when the visitor wants nothing kept
const OPEN = PLACE + "open"; // in the tab: the chat that was open before a reload
const MOST = 1_300_000; // characters of all records: they must come back in one frame of 2 MB

let answered = ""; // the session that was given what is kept
let chosen = 0; // the visitor's last choice that was followed

export default function ({ data, setTriggerValue }) {
  let store, tab;
  try {
    [store, tab] = [window.localStorage, window.sessionStorage];
  } catch {
    store = null; // the browser keeps nothing for this site
  }
  if (data.asks && answered !== data.session) {
    answered = data.session;
    chosen = 0;
    const found = store && search(store, tab);
    if (found || data.waits) setTriggerValue("found", found ?? {}); // an answer costs a drawing of the page
  }
  if (!store) return;
  if (data.choice.number > chosen) {
    chosen = data.choice.number;
    if (data.choice.keeps) store.removeItem(OFF);
    else forget(store, tab);
  }
  for (const uid of data.gone) remove(store, uid);
  if (store.getItem(OFF) !== null) return;
  tab.setItem(OPEN, data.open);
  for (const [key, record] of Object.entries(data.records)) write(store, key, record, data.open);
  const missing = data.asks ? headless(store, data.records) : [];
  if (missing.length) setTriggerValue("missing", missing);
}

// The chats that go on without their beginning: they were let go to make room, or in another tab.
function headless(store, records) {
  const uids = new Set(Object.keys(records).map((key) => key.split("/")[0]));
  const has = (key) => key in records || store.getItem(PLACE + key) !== null;
  return [...uids].filter((uid) => !has(`${uid}/0`) && Object.keys(records).some((key) => key.startsWith(`${uid}/`)));
}

function search(store, tab) {
  if (store.getItem(OFF) !== null) return { off: true };
  return chats(store).length ? { records: records(store), open: tab.getItem(OPEN) ?? "" } : null;
}

function keys(store) {
  const all = Array.from({ length: store.length }, (_, at) => store.key(at));
  return all.filter((key) => key.startsWith(PLACE) && key !== OFF);
}

function records(store) {
  return Object.fromEntries(keys(store).map((key) => [key.slice(PLACE.length), store.getItem(key)]));
}

// The uids of the chats, the one that was changed first at the front.
function chats(store) {
  const uids = keys(store).map((key) => key.slice(PLACE.length)).filter((key) => !key.includes("/"));
  const at = (uid) => {
    try {
      return JSON.parse(store.getItem(PLACE + uid)).at;
    } catch {
      return 0;
    }
  };
  return uids.map((uid) => [at(uid), uid]).sort(([a], [b]) => a - b).map(([, uid]) => uid);
}

function remove(store, uid) {
  for (const key of keys(store)) if (key === PLACE + uid || key.startsWith(`${PLACE}${uid}/`)) store.removeItem(key);
}

function forget(store, tab) {
  for (const key of keys(store)) store.removeItem(key);
  tab.removeItem(OPEN);
  store.setItem(OFF, "");
}

// Where there is no room the oldest chats go, but never the one that is open.
function write(store, key, record, open) {
  if (store.getItem(PLACE + key) === record) return;
  const old = chats(store).filter((uid) => uid !== open);
  for (;;) {
    const size = keys(store).reduce((sum, each) => sum + each.length + store.getItem(each).length, 0);
    if (size + record.length <= MOST) {
      try {
        store.setItem(PLACE + key, record);
        return;
      } catch {
        // the browser's own limit
      }
    }
    if (!old.length) return;
    remove(store, old.shift());
  }
}

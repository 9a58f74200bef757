/* Quick update: − and + without a round trip; what can't be sent waits on this phone and goes by itself, in order, each once. */
const form = document.querySelector("form[data-figures]");
const box = document.getElementById("queue");
const sent = document.getElementById("sent");
const text = box.dataset;
let sending = false;
let again = false;

const read = () => JSON.parse(localStorage.getItem(text.key) || "[]");
const keep = (queue) => localStorage.setItem(text.key, JSON.stringify(queue));
const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

function element(name, content, parent) {
  const made = document.createElement(name);
  made.textContent = content;
  parent.append(made);
  return made;
}

function button(words, act, parent, look) {
  const made = element("button", words, parent);
  made.type = "button";
  made.className = "button small " + look;
  made.addEventListener("click", act);
}

/* Change one waiting update by its key, whatever else has happened to the queue meanwhile. */
function change(key, edit) {
  keep(read().flatMap((entry) => (entry.key === key ? edit(entry) : [entry])));
  show();
}

function show() {
  const queue = read();
  const list = box.querySelector("ol");
  box.hidden = queue.length === 0;
  box.querySelector("[data-count]").textContent = queue.length;
  list.textContent = "";
  for (const entry of queue) {
    const row = document.createElement("li");
    const at = new Date(entry.notedAt).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const state = entry.outcome === "changed" ? text.changed : entry.outcome === "refused" ? text.refused : text.waiting;
    element("span", (entry.unchanged ? text.unchanged : text.figures) + " · " + at + " · " + state, row);
    if (entry.message) element("p", entry.message, row);
    if (entry.lines?.length) {
      const lines = element("ul", "", row);
      for (const line of entry.lines) element("li", line, lines);
    }
    if (entry.outcome) {
      const acts = element("div", "", row);
      acts.className = "actions";
      const drop = () => change(entry.key, () => []);
      if (entry.outcome === "changed") {
        button(text.reload, () => { drop(); location.assign(text.address); }, acts, "quiet");
        button(text.force, () => { change(entry.key, (old) => [{ ...old, force: old.latest, outcome: "", message: "", lines: [] }]); send(); }, acts, "danger");
      } else button(text.drop, drop, acts, "quiet");
    }
    list.append(row);
  }
}

function bodyOf(entry) {
  const body = new URLSearchParams(entry.fields);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("key", entry.key);
  body.set("seen", entry.seen);
  body.set("noted_at", entry.notedAt);
  if (entry.unchanged) body.set("do", "unchanged");
  if (entry.force) body.set("force", entry.force);
  return body;
}

/* One after the other; the first that can't be sent or is refused keeps the later ones waiting. */
async function send() {
  if (sending) {
    again = true; // asked for while an answer was awaited that may never come
    return;
  }
  sending = true;
  try {
    for (let entry = read()[0]; entry && !entry.outcome; entry = read()[0]) {
      const answer = await fetch(text.address, { method: "POST", body: bodyOf(entry), headers: { Accept: "application/json" } });
      if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
        if (answer.redirected || answer.status === 403) change(entry.key, (old) => [{ ...old, message: text.signIn }]);
        break;
      }
      const reply = await answer.json();
      if (reply.outcome === "done") done(entry, reply);
      else change(entry.key, (old) => [{ ...old, outcome: reply.outcome, message: reply.message, lines: reply.lines, latest: reply.latest }]);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no network: it stays in the queue
  } finally {
    sending = false;
  }
  if (again) {
    again = false;
    send();
  }
}

/* Updates written after this one rested on it: they have seen what it became. */
function done(entry, reply) {
  const rest = read().filter((other) => other.key !== entry.key);
  keep(rest.map((other) => (other.seen === entry.seen ? { ...other, seen: String(reply.seen) } : other)));
  if (form.elements.seen.value === entry.seen) form.elements.seen.value = reply.seen;
  sent.textContent = reply.message;
  sent.hidden = false;
  show();
}

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[name=step]");
  if (!pressed) return;
  event.preventDefault();
  const number = pressed.parentElement.querySelector("input");
  const value = Number.parseInt(number.value, 10) || 0;
  number.value = Math.min(10000, Math.max(0, value + Number(pressed.value.split(":")[2])));
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "force") return; // the page's own answer to a conflict
  event.preventDefault();
  sent.hidden = true;
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("csrfmiddlewaretoken");
  const unchanged = event.submitter?.value === "unchanged";
  const seen = form.elements.seen.value;
  keep([...read(), { key: newKey(), fields: fields.toString(), seen, unchanged, notedAt: new Date().toISOString() }]);
  show();
  send();
});

if ("serviceWorker" in navigator) navigator.serviceWorker.register(text.worker, { scope: text.address }).catch(() => {});
addEventListener("online", send);
addEventListener("storage", show);
document.addEventListener("visibilitychange", () => document.hidden || send());
setInterval(() => read().length && send(), 20000);
show();
send();

/* What can't be sent waits on this phone, in sight, and goes by itself, each entry once.
   `box` (data-key, data-address and its words) is where it is seen, `form` has the token. `own` says what is special about a page:
   title(entry); body(entry, fields) and acts(entry, acts) may add to both; done(entry, reply); inOrder: one that is refused holds up the later ones;
   store: where it waits (localStorage). */
function waitingQueue(box, form, own) {
  const text = box.dataset, store = own.store ?? localStorage;
  let sending = false, again = false;

  const read = () => JSON.parse(store.getItem(text.key) || "[]");
  const keep = (queue) => (queue.length ? store.setItem(text.key, JSON.stringify(queue)) : store.removeItem(text.key));
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

  /* Change one waiting entry by its key, whatever else has happened to the queue meanwhile. */
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
      const row = element("li", "", list);
      const at = new Date(entry.notedAt).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      const state = entry.outcome === "changed" ? text.changed : entry.outcome === "refused" ? text.refused : text.waiting;
      element("span", own.title(entry) + " · " + at + " · " + state, row);
      if (entry.message) element("p", entry.message, row);
      if (entry.lines?.length) {
        const lines = element("ul", "", row);
        for (const line of entry.lines) element("li", line, lines);
      }
      if (entry.outcome) {
        const acts = element("div", "", row);
        acts.className = "actions";
        const drop = () => change(entry.key, () => []);
        if (!own.acts?.(entry, acts, drop)) button(text.drop, drop, acts, "quiet");
      }
    }
  }

  function bodyOf(entry) {
    const body = new URLSearchParams(entry.fields);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("key", entry.key);
    body.set("noted_at", entry.notedAt);
    own.body?.(entry, body);
    return body;
  }

  function next() {
    const queue = read();
    const found = own.inOrder ? queue[0] : queue.find((entry) => !entry.outcome);
    return found?.outcome ? undefined : found;
  }

  /* One after the other; the first that can't be sent keeps the later ones waiting. */
  async function send() {
    if (sending) {
      again = true; // asked for while an answer was awaited that may never come
      return;
    }
    sending = true;
    try {
      for (let entry = next(); entry; entry = next()) {
        const answer = await fetch(text.address, { method: "POST", body: bodyOf(entry), headers: { Accept: "application/json" } });
        if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
          if (answer.redirected || answer.status === 403) change(entry.key, (old) => [{ ...old, message: text.signIn }]);
          break;
        }
        const reply = await answer.json();
        if (reply.outcome !== "done") change(entry.key, (old) => [{ ...old, ...reply }]);
        else {
          keep(read().filter((other) => other.key !== entry.key));
          own.done(entry, reply);
          show();
        }
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

  /* Have these fields of the form, as they are now, wait and go. */
  function add(facts) {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    keep([...read(), { key: newKey(), fields: fields.toString(), notedAt: new Date().toISOString(), ...facts }]);
    show();
    send();
  }

  addEventListener("online", send);
  addEventListener("storage", show);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(() => read().length && send(), 20000);
  queueMicrotask(() => { show(); send(); }); // once the page's script has the queue
  return { add, button, change, keep, read, send };
}

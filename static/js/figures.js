/* Quick update: − and + without a round trip; updates wait for a network in order, since a later one has seen the earlier (queue.js). */
const form = document.querySelector("form[data-figures]");
const box = document.getElementById("queue");
const sent = document.getElementById("sent");
const text = box.dataset;
const queue = waitingQueue(box, form, {
  inOrder: true,
  title: (entry) => (entry.unchanged ? text.unchanged : text.figures),
  body(entry, fields) {
    fields.set("seen", entry.seen);
    if (entry.unchanged) fields.set("do", "unchanged");
    if (entry.force) fields.set("force", entry.force);
  },
  acts(entry, acts, drop) {
    if (entry.outcome !== "changed") return false;
    queue.button(text.reload, () => { drop(); location.assign(text.address); }, acts, "quiet");
    queue.button(text.force, () => { queue.change(entry.key, (old) => [{ ...old, force: old.latest, outcome: "", message: "", lines: [] }]); queue.send(); }, acts, "danger");
    return true;
  },
  /* Updates written after this one rested on it: they have seen what it became. */
  done(entry, reply) {
    queue.keep(queue.read().map((other) => (other.seen === entry.seen ? { ...other, seen: String(reply.seen) } : other)));
    if (form.elements.seen.value === entry.seen) form.elements.seen.value = reply.seen;
    sent.textContent = reply.message;
    sent.hidden = false;
  },
});

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
  queue.add({ seen: form.elements.seen.value, unchanged: event.submitter?.value === "unchanged" });
});

if ("serviceWorker" in navigator) navigator.serviceWorker.register(text.worker, { scope: text.address }).catch(() => {});

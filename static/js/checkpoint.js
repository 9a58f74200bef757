// The checkpoint's page with script: takes the morning's pack along, judges passes without a network, keeps crossings until they are sent.
// Without this file the form asks the server.
(() => {
  const page = document.getElementById("checkpoint");
  if (!page || !globalThis.crypto?.subtle || !globalThis.indexedDB || !globalThis.DecompressionStream) return;
  const words = JSON.parse(document.getElementById("checkpoint-words").textContent);
  const form = document.getElementById("scan-form"), typed = form.elements.text;
  const answer = document.getElementById("answer"), status = document.getElementById("sync-state"), lately = document.getElementById("lately");
  const choice = document.getElementById("choose-checkpoint")?.elements.checkpoint;
  const mine = choice ? [...choice.options].map((option) => Number(option.value)) : [Number(page.dataset.checkpoint)];
  let here = Number(page.dataset.checkpoint), toldServer = here; // the checkpoint chosen on this device, and the one the server knows of
  const RESYNC = 5 * 60e3, BATCH = 100;
  const TONES = { let_in: [880], conditional: [660, 660], refuse: [220, 180], unknown: [440, 330, 440] };
  let pack = null, pending = null, busy = false, again = false, signedOut = false, sound = null;

  const store = new Promise((done, failed) => {
    const opening = indexedDB.open("checkpoint", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("pack");
      opening.result.createObjectStore("queue", { keyPath: "uuid" });
      opening.result.createObjectStore("seen");
    };
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  async function kept(name, mode, act) {
    const transaction = (await store).transaction(name, mode);
    return new Promise((done, failed) => {
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => done(request?.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  }

  const serverNow = () => Date.now() - (pack?.ahead ?? 0);
  const clockOff = () => (pack && Date.now() < pack.fetchedAt ? Infinity : pack?.ahead ?? 0); // set back since the sync
  const two = (number) => String(number).padStart(2, "0");
  const clock = (moment) => { const at = new Date(moment + 7 * 3600e3); return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`; };
  const day = (number) => { const at = new Date(number * 864e5); return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`; };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  async function sync() {
    if (busy) { again = true; return; } // what was written down meanwhile goes right after
    busy = true;
    try {
      await sayWhere();
      await send();
      const asked = Date.now();
      const fresh = await ask(page.dataset.pack, { headers: { Accept: "application/json" } });
      const fetchedAt = Date.now();
      await take({ ...fresh, fetchedAt, ahead: Math.round((asked + fetchedAt) / 2 - fresh.now) });
      await kept("pack", "readwrite", (rows) => rows.put({ ...fresh, fetchedAt, ahead: pack.ahead }, "current"));
      await forget();
      signedOut = false;
    } catch (problem) {
      signedOut = problem.message === "signed out"; // else no network: what was taken along still serves
    }
    busy = false;
    if (again) { again = false; return sync(); }
    await tell();
  }

  async function ask(address, options) {
    const response = await fetch(address, { ...options, redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403) throw new Error("signed out");
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  async function take(found) {
    const { bits, ...list } = found.revocations;
    pack = { ...found, list: { ...list, bits: await EntryPass.unpack(bits) }, codes: await EntryPass.unpack(found.codes) };
  }

  async function send() {
    const queued = await kept("queue", "readonly", (queue) => queue.getAll());
    for (const checkpoint of mine) {
      const rows = queued.filter((row) => row.checkpoint === checkpoint);
      for (let place = 0; place < rows.length; place += BATCH) {
        const { kept: there, wrong } = await ask(page.dataset.crossings, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
          body: JSON.stringify({ device_now: Date.now(), checkpoint, crossings: rows.slice(place, place + BATCH) }),
        });
        await kept("queue", "readwrite", (queue) => { [...there, ...wrong].forEach((uuid) => queue.delete(uuid)); });
      }
    }
  }

  // Of several checkpoints the one chosen here counts, with or without a network; the server learns of it with the next sync.
  const nameOfHere = () => choice?.selectedOptions[0]?.textContent ?? pack.checkpoint.name;
  function standAt(checkpoint) {
    here = checkpoint;
    choice.value = String(checkpoint);
    document.getElementById("here").textContent = nameOfHere();
  }
  async function sayWhere() {
    if (toldServer === here) return;
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    await ask(choice.form.action, { method: "POST", headers, body: new URLSearchParams({ checkpoint: here }) });
    toldServer = here;
  }
  async function choose(event) {
    event.preventDefault();
    standAt(Number(choice.value));
    await kept("pack", "readwrite", (rows) => rows.put(here, "here"));
    if (navigator.onLine) sync();
  }
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;

  // Entries of more than a day ago say nothing about a second phone.
  const forget = () => kept("seen", "readwrite", (rows) => {
    rows.openCursor().onsuccess = ({ target }) => {
      const cursor = target.result;
      if (!cursor) return;
      if (cursor.value.at < serverNow() - 864e5) cursor.delete();
      cursor.continue();
    };
  });

  async function tell() {
    const waiting = await kept("queue", "readonly", (queue) => queue.count());
    const lines = [pack ? fill(words.synced, { time: clock(pack.now), day: day(EntryPass.dayOf(pack.now)) }) : words.never];
    if (waiting) lines.push(fill(words.waiting, { count: waiting }));
    if (signedOut) lines.push(words.signed_out);
    if (Math.abs(clockOff()) > 5 * 60e3) lines.push(words.reasons.clock);
    status.textContent = lines.join(" ");
    status.dataset.waiting = waiting;
    status.classList.toggle("warn", !pack || lines.length > 1);
  }

  async function lastEntry(number) {
    const here = await kept("seen", "readonly", (rows) => rows.get(number));
    const there = pack.seen.find(([seen]) => seen === number);
    const all = [here, there && { at: there[1], place: there[2] }].filter(Boolean);
    return all.sort((one, other) => other.at - one.at)[0];
  }

  async function check(text) {
    const scanned = text.toUpperCase().startsWith(EntryPass.PREFIX) || text.length > 32;
    const leaving = form.elements.direction.value === "out";
    const now = serverNow();
    const known = { typed: !scanned, listedAt: pack.now, clock: clockOff() };
    let claims = null, last = null;
    try {
      claims = scanned ? await EntryPass.read(text.toUpperCase(), pack.keys) : await EntryPass.byCode(text, pack);
      last = await lastEntry(claims.number);
      Object.assign(known, {
        from: claims.from, until: claims.until, revoked: EntryPass.isRevoked(pack.list, claims.number),
        issuedSince: claims.number > pack.list.last, lastEntry: last?.at,
      });
    } catch (problem) {
      known.problem = problem.reason ?? "unreadable";
    }
    const [verdict, reasons] = EntryPass.judge(known, { leaving, now, today: EntryPass.dayOf(now) });
    return { claims, last, verdict, reasons, leaving, how: scanned ? "scan" : "code" };
  }

  function show(result) {
    const { claims, last, verdict, reasons, leaving } = result;
    const say = reasons.map((reason) => fill(words.reasons[reason], {
      time: last ? clock(last.at) : "", place: last?.place ?? "", from: claims ? day(claims.from) : "", until: claims ? day(claims.until) : "",
    }));
    answer.className = `verdict ${verdict}`;
    answer.querySelector("h2").textContent = leaving && verdict === "let_in" ? words.leave : words.verdicts[verdict];
    answer.querySelector(".reasons").textContent = say.join(" ");
    answer.querySelector(".holder").textContent = claims ? [claims.holder, claims.destination, claims.bus].filter(Boolean).join(" · ") : "";
    const passes = verdict === "let_in" || verdict === "conditional";
    answer.querySelector("[name=through]").hidden = !passes;
    answer.querySelector("details").hidden = passes;
    answer.querySelector("details").open = false;
    answer.hidden = false;
    typed.value = "";
    (passes ? answer.querySelector("[name=through]") : answer.querySelector("[name=stopped]")).focus();
    play(verdict);
    navigator.vibrate?.(verdict === "let_in" ? 80 : [120, 80, 120]);
  }

  function play(verdict) {
    try {
      sound ??= new AudioContext();
      TONES[verdict].forEach((pitch, place) => {
        const tone = sound.createOscillator(), volume = sound.createGain();
        tone.frequency.value = pitch;
        volume.gain.value = 0.2;
        tone.connect(volume).connect(sound.destination);
        tone.start(sound.currentTime + place * 0.22);
        tone.stop(sound.currentTime + place * 0.22 + 0.18);
      });
    } catch {
      // colour and word say it too
    }
  }

  async function decide(through, order = "") {
    if (!pending) return;
    const { claims, verdict, reasons, leaving, how } = pending;
    pending = null;
    delete form.dataset.paused;
    const at = Date.now();
    const direction = leaving ? "out" : "in";
    const row = {
      uuid: uuid(), number: claims?.number ?? null, direction, how, verdict, reasons, let_through: through, order,
      at, synced: pack.now, ahead: Number.isFinite(clockOff()) ? pack.ahead : null, // the clock may be set before it is sent
      checkpoint: here, // sent by an officer of that checkpoint only
    };
    await kept("queue", "readwrite", (queue) => queue.put(row));
    if (claims && through && !leaving) await kept("seen", "readwrite", (rows) => rows.put({ at: serverNow(), place: nameOfHere() }, claims.number));
    answer.hidden = true;
    const line = document.createElement("li");
    line.textContent = `${clock(serverNow())} · ${words.verdicts[verdict]} · ${through ? words.through : words.stopped}`;
    lately.prepend(line);
    while (lately.children.length > 10) lately.lastChild.remove();
    document.getElementById("lately-title").hidden = false;
    typed.focus();
    await tell();
    if (navigator.onLine) sync();
  }
  const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

  async function scan(text) {
    text = text.trim();
    if (!text || !pack) return;
    if (pending?.verdict === "conditional") { document.getElementById("decide-first").hidden = false; return; }
    if (pending) await decide(pending.verdict === "let_in");
    document.getElementById("decide-first").hidden = true;
    pending = await check(text);
    form.dataset.paused = "until decided"; // the camera reads the next code then
    show(pending);
  }

  form.addEventListener("submit", (event) => {
    if (!pack) return; // never synced: the server answers
    event.preventDefault();
    scan(typed.value);
  });
  answer.querySelector("[name=through]").addEventListener("click", () => decide(true));
  answer.querySelector("[name=stopped]").addEventListener("click", () => decide(false));
  answer.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const order = event.target.elements.order;
    if (order.value.trim()) { decide(true, order.value.trim()); order.value = ""; } else order.focus();
  });
  document.getElementById("sync-now").addEventListener("click", sync);
  document.getElementById("sync-now").hidden = false;
  window.addEventListener("online", sync);
  setInterval(() => navigator.onLine && sync(), RESYNC);

  choice?.addEventListener("change", choose);
  choice?.form.addEventListener("submit", choose);
  kept("pack", "readonly", (rows) => rows.get("current")).then(async (found) => {
    const chosen = choice && (await kept("pack", "readonly", (rows) => rows.get("here")));
    if (mine.includes(chosen)) standAt(chosen);
    if (found && mine.includes(found.checkpoint.id)) await take(found);
    await tell();
    await sync();
    page.dataset.ready = pack ? "yes" : "no";
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.scope }).catch(() => {});
})();

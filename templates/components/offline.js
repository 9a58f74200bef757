// Keeps one page and what it is made of for when there is no network. What the network answers always comes first.
const NAME = "{{ name }}-{{ version }}", PAGE = "{{ page }}", ASSETS = {{ assets|safe }}, PATIENCE = 4000;
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(ASSETS).then(() => refresh(cache, fetch(PAGE, { credentials: "same-origin" })))));
});
self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("{{ name }}-") && name !== NAME;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && path === PAGE) event.respondWith(page(request));
  else if (ASSETS.includes(path)) event.respondWith(caches.match(path).then((found) => found ?? fetch(request)));
});
async function page(request) {
  const cache = await caches.open(NAME);
  const answer = refresh(cache, fetch(request));
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const kept = await cache.match(PAGE);
  if (!kept) return answer;
  try {
    const first = await Promise.race([answer, late]);
    return first && first.status < 500 ? first : offline(kept);
  } catch {
    return offline(kept);
  }
}
// Signed out, or somebody else signed in who may not see it: what was kept goes.
async function refresh(cache, asked) {
  const answer = await asked;
  if (answer.ok && !answer.redirected && answer.type === "basic") await cache.put(PAGE, answer.clone());
  else if (answer.status < 500) await cache.delete(PAGE);
  return answer;
}
// The page says itself since when: see [data-offline] in its style sheet.
async function offline(kept) {
  const text = (await kept.text()).replace("<html ", "<html data-offline ");
  return new Response(text, { headers: kept.headers });
}

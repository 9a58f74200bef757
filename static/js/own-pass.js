// Keeps the pass on this phone for when there is no network, unless the phone is shared; and takes it off again when asked.
(() => {
  const page = document.querySelector("[data-worker]");
  if (!("serviceWorker" in navigator) || !page) return;
  const { worker, scope, keep } = page.dataset;
  const forget = async () => {
    const here = await navigator.serviceWorker.getRegistration(scope);
    await here?.unregister();
    for (const name of await caches.keys()) if (name.startsWith("own-pass")) await caches.delete(name);
  };
  if (keep !== "yes") { forget(); return; }
  navigator.serviceWorker.register(worker, { scope }).then(() => navigator.serviceWorker.ready).then(() => {
    const button = document.getElementById("forget");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await forget();
      button.disabled = true;
      button.textContent = button.dataset.done;
    });
  }).catch(() => {});
})();

/* A report of how somebody feels waits for a network (queue.js) with nothing but its words and the time, and is gone from the phone once sent.
   On a phone that others use it waits only as long as the page is open. */
(() => {
  const form = document.querySelector("form[data-report]");
  if (!form) { // no longer in a site: what never went is nobody's business any more
    for (const key of Object.keys(localStorage)) if (key.startsWith("report:")) localStorage.removeItem(key);
    return;
  }
  const box = document.getElementById("queue");
  const sent = document.getElementById("sent");
  const words = form.elements.text;
  const queue = waitingQueue(box, form, {
    store: box.dataset.shared ? sessionStorage : localStorage,
    title: () => box.dataset.title,
    done(entry, reply) {
      sent.textContent = reply.message;
      sent.hidden = false;
    },
  });
  form.addEventListener("submit", (event) => {
    if (!words.value.trim() || words.value.length > Number(form.dataset.longest)) return; // the page says what is wrong
    event.preventDefault();
    sent.hidden = true;
    queue.add({});
    words.value = "";
  });
})();

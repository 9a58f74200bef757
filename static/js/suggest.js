/* Suggestions while typing. Without this file the box is a plain field of a plain form. */
for (const box of document.querySelectorAll("input[data-suggestions]")) {
  let waiting, asked;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(box.dataset.suggestions + "?q=" + encodeURIComponent(box.value), { signal: asked.signal });
        if (answer.ok) box.list.innerHTML = await answer.text();
      } catch (error) {
        if (error.name !== "AbortError") box.removeAttribute("data-suggestions");
      }
    }, 250);
  });
}

// Counts down how long something is still held. Without this file the plain time stands beside it.
for (const clock of document.querySelectorAll("[data-ends]")) {
  const ahead = Date.now() - new Date(clock.dataset.now); // the phone's clock may be wrong
  const show = () => {
    const minutes = Math.floor((new Date(clock.dataset.ends) - Date.now() + ahead) / 60000);
    clock.textContent = minutes < 0 ? clock.dataset.over : clock.dataset.left.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
    if (minutes >= 0) setTimeout(show, 10000);
  };
  show();
}

/* Writing to an author: how long the text is as Telegram counts, and what becomes of what was sent. */

(() => {
  const EVERY = 2500;

  for (const area of document.querySelectorAll("textarea[data-counted]")) {
    const counter = area.closest(".field").querySelector(".counter");
    const most = Number(area.dataset.counted);
    const format = new Intl.NumberFormat(document.documentElement.lang);
    const count = () => {
      const over = area.value.length > most;
      counter.classList.toggle("over", over);
      counter.textContent = area.value ? `${format.format(area.value.length)} / ${format.format(most)}${over ? ` – ${area.dataset.over}` : ""}` : "";
    };
    counter.removeAttribute("role");
    area.addEventListener("input", count);
    count();
  }

  async function look() {
    const thread = document.querySelector(".thread[data-moving]");
    if (!thread) return;
    const busy = thread.contains(document.activeElement);
    if (!document.hidden && !busy) {
      const answer = await fetch(thread.dataset.moving, { redirect: "error" }).catch(() => null);
      if (answer && answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(".thread");
        if (fresh) thread.replaceWith(fresh);
      }
    }
    setTimeout(look, EVERY);
  }

  if (document.querySelector(".thread[data-moving]")) setTimeout(look, EVERY);
})();

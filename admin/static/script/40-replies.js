/* Writing to an author: how long the text is as Telegram counts, and what becomes of what was sent. */

(() => {
  const EVERY = 2500;

  for (const area of document.querySelectorAll("textarea[data-counted]")) {
    const counter = area.closest(".field").querySelector(".counter");
    const most = Number(area.dataset.counted);
    // Browsers know no numbers of Albanian: they would write them as the machine's language does.
    const comma = document.documentElement.lang === "sq" ? "\u00a0" : ",";
    const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, comma);
    const count = () => {
      const over = area.value.length > most;
      counter.classList.toggle("over", over);
      counter.textContent = area.value ? `${grouped(area.value.length)} / ${grouped(most)}${over ? ` – ${area.dataset.over}` : ""}` : "";
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

/* The inbox: how many came in meanwhile, how many are chosen, and keys for whoever likes them. */

(() => {
  const inFields = "input, textarea, select, [contenteditable]";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const counted = (element, count) =>
    (count === 1 ? element.dataset.one : element.dataset.many).replace("{n}", count > 99 ? "99+" : count);

  /* --- new ones ------------------------------------------------------------------------------------------------- */

  const bar = one(".live[data-live]");
  let source = null;

  function say({ data }) {
    const count = JSON.parse(data).new;
    bar.textContent = "";
    if (!count) return;
    const link = document.createElement("a");
    link.href = location.href.split("#")[0];
    link.textContent = counted(bar, count);
    bar.append(link);
  }

  function listen() {
    if (!bar || source || document.hidden) return;
    source = new EventSource(bar.dataset.live);
    source.addEventListener("new", say);
    source.addEventListener("over", stop);
  }

  function stop() {
    if (source) source.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", listen);

  /* --- several at once ------------------------------------------------------------------------------------------ */

  const many = one(".many");
  const ticks = () => all('.line input[name="id"]');

  function recount() {
    const chosen = ticks().filter((each) => each.checked).length;
    const words = many.querySelector(".chosen");
    words.textContent = chosen ? counted(words, chosen) : "";
    const whole = many.querySelector("[data-page]");
    whole.checked = chosen > 0 && chosen === ticks().length;
    whole.indeterminate = chosen > 0 && !whole.checked;
    return chosen;
  }

  if (many) {
    const whole = many.querySelector("[data-page]");
    whole.closest("label").hidden = false;
    whole.addEventListener("change", () => {
      for (const each of ticks()) each.checked = whole.checked;
      recount();
    });
    one("#many").addEventListener("change", (event) => {
      if (event.target.name === "id" && recount()) many.open = true;
    });
    addEventListener("pageshow", recount);
  }

  /* --- keys ----------------------------------------------------------------------------------------------------- */

  const card = one("#keys-card");
  const on = one("#keys-on");
  const lines = () => all(".line .open");
  const here = () => document.activeElement.closest(".line") || one(".line.here");

  function go(step) {
    const found = lines();
    if (!found.length) return;
    const now = found.findIndex((each) => each.closest(".line") === here());
    const next = found[Math.min(Math.max(now + step, 0), found.length - 1)];
    all(".line.here").forEach((each) => each.classList.remove("here"));
    next.closest(".line").classList.add("here");
    next.focus();
    next.closest(".line").scrollIntoView({ block: "nearest" });
  }

  function tick() {
    const box = here() && here().querySelector('input[name="id"]');
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function status() {
    const field = one("#m-status") || one('.desk-made [name="status"]');
    if (!field) return;
    if (many) {
      if (!recount()) tick();
      many.open = true;
    }
    const fold = field.closest("details");
    if (fold) fold.open = true;
    field.focus();
  }

  function click(selector) {
    const found = one(selector);
    if (found) found.click();
  }

  function show() {
    if (card && !card.open) card.showModal();
  }

  const deeds = {
    j: () => go(1),
    k: () => go(-1),
    o: () => here() && here().querySelector(".open").click(),
    x: tick,
    s: status,
    "/": () => one("#q") && one("#q").focus(),
    n: () => click('.neighbours [rel="next"]'),
    p: () => click('.neighbours [rel="prev"]'),
    u: () => click(".neighbours .to-list"),
    "?": show,
  };

  if (!card) return;
  document.addEventListener("keydown", (event) => {
    const busy = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    const writes = event.target.closest(inFields) && event.target.type !== "checkbox";
    if (busy || writes || card.open || !Object.hasOwn(deeds, event.key)) return;
    if (!on.checked && event.key !== "?") return;
    event.preventDefault();
    deeds[event.key]();
  });
  all("[data-keys]").forEach((each) =>
    each.addEventListener("click", (event) => {
      event.preventDefault();
      show();
    }),
  );
})();

// The list of citizens, each with a phone of their own.

import { summary } from "./bubble.js";
import { avatar, find, make } from "./dom.js";
import { clock, word } from "./words.js";
import { fullName, world } from "./world.js";

function badge(id) {
  const count = world.unread.get(id) || 0;
  if (!count) return make("span", {});
  return make("span", { className: "badge" }, make("span", { "aria-hidden": "true" }, String(count)), make("span", { className: "hidden" }, word("unread", { n: count })));
}

function row(citizen, open) {
  const last = world.last.get(citizen.id);
  const button = make(
    "button",
    { type: "button", className: "person", "data-citizen": citizen.id },
    avatar(citizen.first_name, citizen.colour),
    make("span", { className: "who", dir: "auto" }, fullName(citizen)),
    make("span", { className: "time" }, last ? clock(last.date) : ""),
    make("span", { className: "last", dir: "auto" }, last ? summary(last) : word("noMessages")),
    badge(citizen.id),
  );
  if (citizen.id === world.open) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => open(citizen.id));
  return make("li", {}, button);
}

export function showList(open) {
  const focused = document.activeElement?.dataset?.citizen;
  const newest = (citizen) => world.last.get(citizen.id)?.date || 0;
  const sorted = [...world.citizens.values()].sort((one, other) => newest(other) - newest(one) || one.id - other.id);
  find("#list").replaceChildren(...sorted.map((citizen) => row(citizen, open)));
  if (focused) find(`[data-citizen="${focused}"]`)?.focus();
}

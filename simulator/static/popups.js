// What opens above the page and closes again: menus, dialogs, toasts. Escape closes, focus returns.

import { find, icon, make } from "./dom.js";
import { word } from "./words.js";

const TOAST_MILLISECONDS = 5000;
let openMenu = null;

export function toast(text) {
  const box = make("div", { className: "toast", dir: "auto" }, text);
  find("#toasts").append(box);
  setTimeout(() => box.remove(), TOAST_MILLISECONDS + text.length * 30);
}

export function closeMenu(focusBack = true) {
  if (!openMenu) return;
  const { box, opener } = openMenu;
  openMenu = null;
  box.remove();
  opener.setAttribute("aria-expanded", "false");
  if (focusBack) opener.focus();
}

function place(box, opener) {
  const at = opener.getBoundingClientRect();
  const up = at.top > window.innerHeight / 2;
  box.style[up ? "bottom" : "top"] = `${up ? window.innerHeight - at.top + 6 : at.bottom + 6}px`;
  const width = box.offsetWidth;
  box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
}

function walk(event) {
  const items = [...openMenu.box.querySelectorAll("button")];
  const now = items.indexOf(document.activeElement);
  const steps = { ArrowDown: now + 1, ArrowUp: now - 1 + items.length, Home: 0, End: items.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    items[steps[event.key] % items.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    closeMenu();
  }
}

// Each entry: { text, icon?, hint?, strong?, run }.
export function menu(opener, label, entries) {
  if (openMenu && openMenu.opener === opener) return closeMenu();
  closeMenu(false);
  const box = make("div", { className: "menu", role: "menu", "aria-label": label });
  for (const entry of entries) {
    const words = make("span", {}, entry.strong ? make("b", {}, entry.strong, " ") : "", entry.text || "");
    const button = make("button", { type: "button", role: "menuitem" }, entry.icon ? icon(entry.icon) : "", words);
    button.addEventListener("click", () => {
      closeMenu();
      entry.run();
    });
    box.append(button);
  }
  (opener.closest("main") || document.body).append(box);
  openMenu = { box, opener };
  opener.setAttribute("aria-expanded", "true");
  place(box, opener);
  box.addEventListener("keydown", walk);
  box.querySelector("button")?.focus();
}

document.addEventListener("pointerdown", (event) => {
  if (openMenu && !openMenu.box.contains(event.target) && !openMenu.opener.contains(event.target)) closeMenu(false);
});

function fieldFor({ name, label, value = "", kind = "text", choices, required, limit }) {
  let input;
  if (choices) {
    input = make("select", { name }, ...choices.map(([key, text]) => make("option", { value: key, selected: key === value }, text)));
  } else if (kind === "lines") {
    input = make("textarea", { name, rows: 3, value, required: Boolean(required) });
  } else {
    input = make("input", { name, value, required: Boolean(required), maxLength: limit || 64, autocomplete: "off" });
  }
  return make("label", {}, label, input);
}

// Opens a dialog and returns what was filled in, or null where it was left.
export function dialog({ title, text = "", fields = [], ok = word("ok"), cancel = word("cancel") }) {
  const box = find("#dialog");
  const form = make("form", { method: "dialog" }, ...fields.map(fieldFor));
  const row = make("div", { className: "row" });
  if (cancel) row.append(make("button", { type: "button", value: "", formNoValidate: true, onclick: () => box.close("") }, cancel));
  row.append(make("button", { type: "submit", className: "main", value: "ok" }, ok));
  form.append(row);
  const lead = text ? make("p", { dir: "auto" }, text) : "";
  box.replaceChildren(make("h2", { id: "dialogTitle", dir: "auto" }, title), lead, form);
  box.returnValue = "";
  box.showModal();
  return new Promise((resolve) => {
    box.onclose = () => resolve(box.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null);
  });
}

// The messages of the open chat: drawn once, then changed message by message.

import { bubble } from "./bubble.js";
import { avatar, find, make } from "./dom.js";
import { day, word } from "./words.js";
import { world } from "./world.js";

const KEPT = 400;
const NEAR = 120;
const log = () => find("#log");

const nearEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;

export function toEnd() {
  log().scrollTop = log().scrollHeight;
}

// Whoever reads further up stays there; a button leads back down, and stands out while something new waits.
function showNewest() {
  const button = find("#newest");
  button.hidden = nearEnd();
  if (button.hidden) button.classList.remove("waiting");
}

export function wireLog() {
  log().addEventListener("scroll", showNewest, { passive: true });
  find("#newest").addEventListener("click", () => {
    log().focus();
    toEnd();
  });
}

function about() {
  const { first_name: name, description } = world.bot;
  const words = description || word("aboutNothing");
  const title = make("strong", {}, description ? word("about") : name);
  return make("div", { className: "about" }, avatar(name, "teal", "bot"), title, make("p", { dir: "auto" }, words));
}

function draw(message, before, hands) {
  const nodes = [];
  const newDay = !before || day(before.date) !== day(message.date);
  if (newDay) nodes.push(make("p", { className: "day" }, day(message.date)));
  const element = bubble(message, hands);
  if (!newDay && before.outgoing !== message.outgoing) element.classList.add("turn");
  nodes.push(element);
  return nodes;
}

export function showLog(hands) {
  log().setAttribute("aria-live", "off");
  const shown = world.messages.slice(-KEPT);
  const nodes = shown.flatMap((message, index) => draw(message, shown[index - 1], hands));
  log().replaceChildren(...(nodes.length ? nodes : [about()]));
  toEnd();
  requestAnimationFrame(() => log().setAttribute("aria-live", "polite"));
}

export function addMessage(message, hands) {
  const stay = !nearEnd() && message.outgoing;
  if (world.messages.length === 0) log().replaceChildren();
  const nodes = draw(message, world.messages[world.messages.length - 1], hands);
  nodes[nodes.length - 1].classList.add("fresh");
  world.messages.push(message);
  log().append(...nodes);
  if (stay) find("#newest").classList.add("waiting");
  else toEnd();
  for (const image of log().querySelectorAll("img:not([data-seen])")) {
    image.dataset.seen = "yes";
    image.addEventListener("load", () => stay || toEnd());
  }
}

const elementOf = (id) => log().querySelector(`[data-id="${id}"]`);

export function changeMessage(message, hands) {
  const index = world.messages.findIndex((one) => one.message_id === message.message_id);
  if (index < 0) return;
  world.messages[index] = message;
  const old = elementOf(message.message_id);
  if (!old) return;
  const end = nearEnd();
  const focused = old.contains(document.activeElement) ? document.activeElement.textContent : null;
  const fresh = bubble(message, hands);
  if (old.classList.contains("turn")) fresh.classList.add("turn");
  old.replaceWith(fresh);
  if (focused !== null) keepFocus(fresh, focused);
  if (end) toEnd();
}

// Buttons may go while one of them has the focus: the same words, else the message, else the log receive it.
function keepFocus(element, words) {
  const buttons = [...element.querySelectorAll(".key")];
  (buttons.find((button) => button.textContent === words) || buttons[0] || log()).focus();
}

export function removeMessage(id, hands) {
  const focused = elementOf(id)?.contains(document.activeElement);
  world.messages = world.messages.filter((one) => one.message_id !== id);
  showLog(hands);
  if (focused) log().focus();
}

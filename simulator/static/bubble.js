// Draws one message: what it holds, when it came, the buttons under it.

import { api } from "./api.js";
import { icon, make } from "./dom.js";
import { richText } from "./richtext.js";
import { clock, word } from "./words.js";

const kilobytes = (size) => (size < 1024 ? `${size} B` : size < 1048576 ? `${Math.round(size / 1024)} kB` : `${(size / 1048576).toFixed(1)} MB`);

function picture(photo) {
  const best = photo[photo.length - 1];
  return make("img", { className: "picture", src: api.fileAddress(best.file_id), alt: word("photo"), width: best.width, height: best.height });
}

function file(document) {
  const words = make("span", {}, make("b", {}, document.file_name), make("small", {}, kilobytes(document.file_size)));
  const address = api.fileAddress(document.file_id);
  const label = word("download", { name: document.file_name });
  return make("a", { className: "file", href: address, download: document.file_name, "aria-label": label }, make("span", { className: "disc" }, icon("document")), words);
}

const thing = (symbol, title, detail) =>
  make("span", { className: "file" }, make("span", { className: "disc" }, icon(symbol)), make("span", { className: "thing" }, make("b", {}, title), make("small", {}, detail)));

function pollBox(poll) {
  const options = poll.options.map((option) => make("small", {}, `○ ${option.text}`));
  return make("span", { className: "thing" }, make("b", {}, poll.question), ...options);
}

// One function for each kind of content, in the order in which they are looked for.
const drawers = {
  photo: picture,
  voice: (voice) => make("audio", { controls: true, preload: "none", src: api.fileAddress(voice.file_id), "aria-label": word("voice") }),
  document: file,
  sticker: (sticker) => make("span", { className: "big", role: "img", "aria-label": `${word("sticker")} ${sticker.emoji || ""}` }, sticker.emoji || "□"),
  dice: (dice) => make("span", { className: "big", role: "img", "aria-label": `${word("dice")} ${dice.value}` }, `${dice.emoji} ${dice.value}`),
  contact: (contact) => thing("contact", [contact.first_name, contact.last_name].filter(Boolean).join(" "), contact.phone_number),
  location: (place) => thing("location", word("location"), `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`),
  poll: pollBox,
};

export function summary(message) {
  const words = message.text || message.caption;
  if (words) return words.replace(/\s+/g, " ");
  const kind = Object.keys(drawers).find((name) => message[name]);
  return kind ? word(kind) : "";
}

function forwarded(message) {
  if (!message.forward_origin) return null;
  return make("span", { className: "forwarded" }, word("forwardedFrom", { name: message.forward_origin.sender_user_name || "?" }));
}

function quote(message) {
  const answered = message.reply_to_message;
  return answered ? make("span", { className: "quote", dir: "auto" }, summary(answered)) : null;
}

function meta(message) {
  const time = make("time", { dateTime: new Date(message.date * 1000).toISOString() }, clock(message.date));
  return make("span", { className: "meta" }, message.edit_date ? make("span", {}, word("edited")) : "", time);
}

function content(message, hands) {
  const drawn = Object.entries(drawers).filter(([name]) => message[name]).map(([name, drawer]) => drawer(message[name]));
  if (message.text) drawn.push(richText(message.text, message.entities, hands.command));
  if (message.caption) drawn.push(richText(message.caption, message.caption_entities, hands.command));
  return drawn;
}

function key(button, message, hands) {
  if (button.url) {
    return make("a", { className: "key", href: /^https?:/i.test(button.url) ? button.url : "#", target: "_blank", rel: "noopener noreferrer", dir: "auto" }, button.text);
  }
  const element = make("button", { type: "button", className: "key", dir: "auto" }, button.text);
  element.addEventListener("click", () => hands.press(message, button, element));
  return element;
}

export function keyRows(rows, draw) {
  return rows.map((row) => make("div", { className: "row" }, ...row.map(draw)));
}

function keyboard(message, hands) {
  const rows = message.reply_markup?.inline_keyboard || [];
  return rows.length ? make("div", { className: "rows" }, ...keyRows(rows, (button) => key(button, message, hands))) : null;
}

function actions(message, hands) {
  const button = make("button", { type: "button", className: "icon actions", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  button.setAttribute("aria-label", `${word("messageMenu")}: ${summary(message).slice(0, 40)}`);
  button.addEventListener("click", () => hands.actions(message, button));
  return button;
}

// `hands` holds what a press on something in the message does: command, press, actions.
export function bubble(message, hands) {
  const mine = !message.outgoing;
  const sender = make("span", { className: "hidden" }, `${word(mine ? "saysMe" : "saysBot")}: `);
  const box = make("div", { className: "bubble" }, sender, forwarded(message), quote(message), ...content(message, hands), meta(message));
  const keys = keyboard(message, hands);
  const element = make("div", { className: "message", "data-id": message.message_id }, box, actions(message, hands), keys);
  element.classList.toggle("me", mine);
  element.classList.toggle("keyed", Boolean(keys));
  element.addEventListener("contextmenu", (event) => {
    if (window.getSelection().isCollapsed && !event.target.closest("a, img, audio")) {
      event.preventDefault();
      hands.actions(message, element.querySelector(".actions"));
    }
  });
  return element;
}

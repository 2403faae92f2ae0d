// Draws a text with its entities. Offsets are UTF-16 units, which is how JavaScript counts too. Text stays text: nothing
// here ever parses markup.

import { make } from "./dom.js";
import { word } from "./words.js";

const tags = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const safe = (address) => /^(https?|tg|mailto):/i.test(address);

function link(address, content) {
  return safe(address) ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...content) : make("span", {}, ...content);
}

function spoiler(content) {
  const button = make("button", { type: "button", className: "spoiler", "aria-expanded": "false", "aria-label": word("spoiler") }, make("span", {}, ...content));
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", "true");
    button.removeAttribute("aria-label");
  });
  return button;
}

function command(text, onCommand) {
  const button = make("button", { type: "button" }, text);
  button.addEventListener("click", () => onCommand(text));
  return button;
}

function wrap(entity, text, content, onCommand) {
  switch (entity.type) {
    case "text_link": return link(entity.url, content);
    case "url": return link(text, content);
    case "email": return link(`mailto:${text}`, content);
    case "spoiler": return spoiler(content);
    case "bot_command": return command(text, onCommand);
    default: return make(tags[entity.type] || "span", {}, ...content);
  }
}

function draw(text, from, to, entities, onCommand) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to || end <= entity.offset) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((one) => one.offset < end);
    const content = draw(text, entity.offset, end, inner, onCommand);
    nodes.push(wrap(entity, text.slice(entity.offset, end), content, onCommand));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

export function richText(text, entities, onCommand) {
  return make("span", { className: "text", dir: "auto" }, ...draw(text, 0, text.length, entities || [], onCommand));
}

// Small tools to build a page without ever turning text into markup.

const icons = {
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z",
  add: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  newest: "M6 10l6 6 6-6",
  more: "M12 5.2a.3.3 0 1 0 0 .6.3.3 0 0 0 0-.6zM12 11.7a.3.3 0 1 0 0 .6.3.3 0 0 0 0-.6zM12 18.2a.3.3 0 1 0 0 .6.3.3 0 0 0 0-.6z",
  commands: "M5 7h14M5 12h14M5 17h9",
  keys: "M4 6h16v12H4zM8 10h.01M12 10h.01M16 10h.01M8 14h8",
  attach: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.700 4.700l-8.5 8.5a1.700 1.700 0 0 1-2.400-2.400l7.700-7.700",
  send: "M5 12L20 4.5 15 20l-3.5-6.5zM11.5 13.5L20 4.5",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  hide: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7",
  copy: "M9 9h10v11H9zM5 15V4h10",
  photo: "M4 6h16v13H4zM4 16l5-4 4 3 3-2 4 3M9 9.5v.01",
  voice: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3.5",
  document: "M7 3.5h7L18 8v12.5H7zM14 3.5V8h4",
  sticker: "M4.5 4.5h15V13l-6.5 6.5H4.5zM19.5 13H13v6.5",
  contact: "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20a7 7 0 0 1 14 0",
  location: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 10v.01",
  poll: "M6 20v-7M12 20V5M18 20v-10",
  dice: "M5 5h14v14H5zM9 9v.01M15 15v.01M12 12v.01",
  forward: "M14 7l5 5-5 5M19 12h-9a5 5 0 0 0-5 5",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
};

export const find = (selector) => document.querySelector(selector);

export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}

export function avatar(name, colour, kind = "") {
  const letter = [...(name || "?")][0].toUpperCase();
  return make("span", { className: `avatar ${kind}`, "aria-hidden": "true", "data-colour": colour || "teal" }, letter);
}

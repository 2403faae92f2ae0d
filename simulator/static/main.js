// Joins the parts: reads everything once, then follows what happens.

import { api } from "./api.js";
import { attempt, beginEdit, beginReply, clearComposer, showComposer, wireComposer } from "./composer.js";
import { find, icon } from "./dom.js";
import { showList } from "./list.js";
import { addMessage, changeMessage, removeMessage, showLog, wireLog } from "./log.js";
import { dialog, menu, toast } from "./popups.js";
import { loadWords, turnLanguage, word } from "./words.js";
import { fullName, me, world } from "./world.js";

const PRESS_MILLISECONDS = 15000;

// ---------------------------------------------------------------------------------------------- hands on a message

function settle(press) {
  world.waiting.get(press)?.removeAttribute("aria-busy");
  world.waiting.delete(press);
}

async function press(message, button, element) {
  if (button.copy_text) return copy(button.copy_text.text);
  if (!button.callback_data) return null;
  element.setAttribute("aria-busy", "true");
  const answer = await attempt(() => api.press(world.open, message.message_id, button.callback_data));
  if (!answer) return element.removeAttribute("aria-busy");
  world.waiting.set(answer.press, element);
  if (world.answered?.has(answer.press)) settle(answer.press);
  return setTimeout(() => settle(answer.press), PRESS_MILLISECONDS);
}

async function copy(text) {
  await navigator.clipboard?.writeText(text).catch(() => null);
  toast(word("copied"));
}

function actions(message, opener) {
  const words = message.text || message.caption;
  const mine = !message.outgoing;
  menu(opener, word("messageMenu"), [
    { icon: "reply", text: word("reply"), run: () => beginReply(message) },
    ...(mine && words ? [{ icon: "edit", text: word("edit"), run: () => beginEdit(message) }] : []),
    ...(words ? [{ icon: "copy", text: word("copy"), run: () => copy(words) }] : []),
    { icon: "hide", text: word("hide"), run: () => attempt(() => api.hide(world.open, message.message_id)) },
  ]);
}

const hands = { press, actions, command: (text) => attempt(() => api.say(world.open, text)) };

// ---------------------------------------------------------------------------------------------- the open chat

function status() {
  const line = find("#status");
  const busy = Date.now() < world.typing;
  line.classList.toggle("active", busy);
  const citizen = me();
  line.textContent = busy ? word(world.action) : citizen ? word("youAre", { name: fullName(citizen) }) + (citizen.blocked ? ` · ${word("blocked")}` : "") : "";
}

function showHead() {
  const citizen = me();
  find("#head").hidden = !citizen;
  find("#nobody").hidden = Boolean(citizen);
  find("#log").hidden = !citizen;
  document.title = citizen ? `${world.bot.first_name} · ${fullName(citizen)}` : word("people");
  if (!citizen) return;
  find("#name").textContent = world.bot.first_name;
  find("#face").textContent = [...world.bot.first_name][0].toUpperCase();
  status();
}

function showAll() {
  for (const button of document.querySelectorAll("[data-icon]")) {
    if (!button.firstElementChild) button.append(icon(button.dataset.icon));
  }
  showList(open);
  showHead();
  showComposer();
  if (me()) showLog(hands);
}

async function open(id, focus = true) {
  const chat = await attempt(() => api.conversation(id));
  if (!chat) return;
  clearComposer();
  if (focus) world.payload = "";
  Object.assign(world, { open: id, bot: chat.bot, messages: chat.messages, typing: 0 });
  world.citizens.set(id, chat.citizen);
  world.unread.delete(id);
  document.body.dataset.view = "chat";
  history.replaceState(null, "", `?citizen=${id}`);
  showAll();
  if (focus) (find("#start").hidden ? find("#text") : find("#start")).focus();
}

// ---------------------------------------------------------------------------------------------- people

function personFields(citizen = {}) {
  const choices = ["sq", "en", ""].map((code) => [code, word(code || "none")]);
  return [
    { name: "first_name", label: word("firstName"), value: citizen.first_name, required: true },
    { name: "last_name", label: word("lastName"), value: citizen.last_name },
    { name: "language_code", label: word("telegramLanguage"), value: citizen.language_code ?? "sq", choices },
  ];
}

async function addPerson() {
  const filled = await dialog({ title: word("whoSpeaks"), text: word("whoHint"), fields: personFields(), ok: word("add") });
  if (!filled) return;
  const citizen = await attempt(() => api.addCitizen(filled));
  if (citizen) {
    world.citizens.set(citizen.id, citizen);
    await open(citizen.id);
  }
}

async function changePerson() {
  const filled = await dialog({ title: word("profile"), fields: personFields(me()), ok: word("save") });
  if (filled && (await attempt(() => api.changeCitizen(world.open, filled)))) await open(world.open);
}

function showMore() {
  const { blocked } = me();
  menu(find("#more"), word("more"), [
    { icon: "contact", text: word("profile"), run: changePerson },
    { icon: "block", text: word(blocked ? "unblock" : "block"), run: () => attempt(() => api.block(world.open, !blocked)) },
  ]);
}

// ---------------------------------------------------------------------------------------------- what happens

function onMessage({ chat, content }) {
  if (!world.citizens.has(chat)) return;
  world.last.set(chat, content);
  if (chat === world.open) {
    if (content.outgoing) world.typing = 0;
    if (!world.messages.some((one) => one.message_id === content.message_id)) addMessage(content, hands);
    status();
  } else if (content.outgoing) {
    world.unread.set(chat, (world.unread.get(chat) || 0) + 1);
  }
  showList(open);
}

function onAnswer({ chat, content }) {
  world.answered = (world.answered || new Set()).add(content.press);
  settle(content.press);
  if (chat !== world.open || !content.text) return;
  if (content.alert) dialog({ title: content.text, cancel: "" });
  else toast(content.text);
}

function onCitizen({ content }) {
  world.citizens.set(content.id, content);
  showList(open);
  if (content.id !== world.open) return;
  showHead();
  showComposer();
  if (content.keyboard?.force_reply) find("#text").focus();
}

function onAction({ chat, content }) {
  if (chat !== world.open) return;
  world.typing = Date.now() + content.seconds * 1000;
  world.action = content.action.startsWith("upload") ? "uploading" : "typing";
  status();
  setTimeout(status, content.seconds * 1000 + 50);
}

async function onBot() {
  if (!world.open) return;
  const chat = await attempt(() => api.conversation(world.open));
  if (!chat) return;
  world.bot = chat.bot;
  showHead();
  if (!world.messages.length) showLog(hands);
}

const ours = (act) => (event) => event.chat === world.open && act(event);
const listeners = {
  message: onMessage,
  edited: ours(({ content }) => changeMessage(content, hands)),
  deleted: ours(({ content }) => removeMessage(content.message_id, hands)),
  answer: onAnswer,
  citizen: onCitizen,
  action: onAction,
  bot: onBot,
  reset: () => location.reload(),
};

function follow(number) {
  const source = api.events(number);
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    listeners[event.kind]?.(event);
  };
  source.onopen = () => { find("#offline").hidden = true; };
  source.onerror = () => {
    find("#offline").textContent = word("offline");
    find("#offline").hidden = false;
  };
}

// ---------------------------------------------------------------------------------------------- beginning

function turnTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("chat-theme", document.documentElement.dataset.theme);
}

function wire() {
  wireComposer();
  wireLog();
  find("#add").addEventListener("click", addPerson);
  find("#more").addEventListener("click", showMore);
  find("#theme").addEventListener("click", turnTheme);
  find("#language").addEventListener("click", () => {
    turnLanguage();
    showAll();
  });
  find("#back").addEventListener("click", () => {
    document.body.dataset.view = "list";
    (find('.person[aria-current="true"]') || find("#add")).focus();
  });
}

async function begin() {
  await loadWords();
  wire();
  const state = await api.state();
  for (const citizen of state.citizens) {
    world.citizens.set(citizen.id, citizen);
    if (citizen.last) world.last.set(citizen.id, citizen.last);
  }
  const asked = new URLSearchParams(location.search);
  world.payload = asked.get("start") || "";
  showAll();
  follow(state.number);
  const wanted = Number(asked.get("citizen")) || (world.payload && state.citizens[0]?.id);
  if (wanted && world.citizens.has(wanted)) await open(wanted, false);
  else if (!state.citizens.length) addPerson();
  document.documentElement.dataset.ready = "yes";
}

begin();

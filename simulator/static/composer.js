// The field to write in and all that stands around it: START, commands, attachments, the bot's own keyboard.

import { api } from "./api.js";
import { keyRows, summary } from "./bubble.js";
import { find, make } from "./dom.js";
import { dialog, menu, toast } from "./popups.js";
import { word } from "./words.js";
import { me, world } from "./world.js";

let editing = null;
let replying = null;
let keyboardHidden = false;
let recorder = null;

const field = () => find("#text");

export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(word("failed", { why: error.message }));
    return null;
  }
}

// ---------------------------------------------------------------------------------------------- what is shown

function showStart(citizen) {
  const needed = citizen.blocked || !citizen.started || world.payload;
  find("#start").hidden = !needed;
  find("#start").textContent = word(citizen.blocked ? "restart" : "start");
  find("#composer").hidden = Boolean(needed);
}

function showKeyboard(citizen) {
  const rows = citizen.keyboard?.keyboard || [];
  find("#keys").hidden = rows.length === 0;
  find("#keys").setAttribute("aria-expanded", String(!keyboardHidden));
  const shown = rows.length > 0 && !keyboardHidden && find("#start").hidden;
  find("#keyboard").hidden = !shown;
  find("#keyboard").replaceChildren(...keyRows(rows, replyKey));
  field().placeholder = citizen.keyboard?.input_field_placeholder || word("message");
}

function replyKey(button) {
  const element = make("button", { type: "button", className: "key", dir: "auto" }, button.text);
  element.addEventListener("click", () =>
    attempt(() => (button.request_contact ? api.thing(world.open, { kind: "contact" }) : button.request_location ? api.thing(world.open, { kind: "location" }) : api.say(world.open, button.text))),
  );
  return element;
}

function showContext() {
  const message = editing || replying;
  find("#context").hidden = !message;
  if (message) {
    find("#contextTitle").textContent = word(editing ? "editing" : "replying");
    find("#contextText").textContent = summary(message);
  }
}

export function showComposer() {
  const citizen = me();
  find("#foot").hidden = !citizen;
  if (!citizen) return;
  showStart(citizen);
  showKeyboard(citizen);
  showContext();
}

export function clearComposer() {
  editing = replying = null;
  keyboardHidden = false;
  field().value = "";
}

// ---------------------------------------------------------------------------------------------- writing

export function beginEdit(message) {
  [editing, replying] = [message, null];
  field().value = message.text || message.caption || "";
  showContext();
  field().focus();
}

export function beginReply(message) {
  [editing, replying] = [null, message];
  showContext();
  field().focus();
}

function endContext() {
  if (editing) field().value = "";
  editing = replying = null;
  showContext();
  field().focus();
}

async function send(event) {
  event.preventDefault();
  if (recorder) return recorder.stop();
  const text = field().value;
  if (!text.trim()) return field().focus();
  const [edited, answered] = [editing, replying];
  field().value = "";
  endContext();
  const sent = await attempt(() => (edited ? api.edit(world.open, edited.message_id, text) : api.say(world.open, text, answered?.message_id)));
  if (!sent && !field().value) field().value = text;
}

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    find("#composer").requestSubmit();
    event.preventDefault();
  } else if (event.key === "Escape" && (editing || replying)) {
    endContext();
  } else if (event.key === "ArrowUp" && field().value === "" && !editing) {
    const own = world.messages.filter((message) => !message.outgoing && message.text);
    if (own.length) beginEdit(own[own.length - 1]);
  }
}

async function begin() {
  const payload = world.payload;
  world.payload = "";
  await attempt(() => api.start(world.open, payload));
  showComposer();
  field().focus();
}

// ---------------------------------------------------------------------------------------------- menus

function showCommands() {
  const commands = world.bot.commands || [];
  if (!commands.length) return toast(word("noCommands"));
  const entries = commands.map(({ command, description }) => ({
    strong: `/${command}`,
    text: description,
    run: () => attempt(() => api.say(world.open, `/${command}`)),
  }));
  menu(find("#commands"), word("commands"), entries);
}

function chooseFile(kind, accept, many = false) {
  const input = find("#file");
  input.value = "";
  input.accept = accept;
  input.multiple = many;
  input.onchange = () => sendFiles(kind, [...input.files]);
  input.click();
}

function sendFiles(kind, files, duration = 1) {
  if (!files.length) return null;
  const form = new FormData();
  form.set("kind", kind);
  form.set("duration", String(duration));
  form.set("caption", field().value);
  for (const file of files) form.append("file", file);
  return attempt(async () => {
    await api.files(world.open, form);
    field().value = "";
  });
}

async function record() {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!stream) return toast(word("noMicrophone"));
  const [parts, began] = [[], Date.now()];
  recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    stream.getTracks().forEach((track) => track.stop());
    const sound = new File(parts, "voice.oga", { type: "audio/ogg" });
    recorder = null;
    sendFiles("voice", [sound], Math.max(1, Math.round((Date.now() - began) / 1000)));
  };
  recorder.start();
  toast(word("recording"));
  find("#send").focus();
}

async function makePoll() {
  const fields = [{ name: "question", label: word("question"), required: true, limit: 300 }, { name: "choices", label: word("choices"), kind: "lines", required: true }];
  const filled = await dialog({ title: word("poll"), fields, ok: word("send") });
  const options = (filled?.choices || "").split("\n").map((line) => line.trim()).filter(Boolean);
  if (filled) await attempt(() => api.thing(world.open, { kind: "poll", question: filled.question, options }));
}

const simple = (kind, more = {}) => ({ icon: kind, text: word(kind), run: () => attempt(() => api.thing(world.open, { kind, ...more })) });

function showAttach() {
  menu(find("#attach"), word("attach"), [
    { icon: "photo", text: word("photo"), run: () => chooseFile("photo", "image/png,image/jpeg,image/webp,image/gif", true) },
    { icon: "voice", text: word("record"), run: record },
    { icon: "voice", text: word("voice"), run: () => chooseFile("voice", "audio/*") },
    { icon: "document", text: word("document"), run: () => chooseFile("document", "") },
    simple("sticker"),
    simple("contact"),
    simple("location"),
    { icon: "poll", text: word("poll"), run: makePoll },
    simple("dice"),
    simple("forward", { text: word("forwardText"), sender: word("forwardName") }),
  ]);
}

export function wireComposer() {
  find("#composer").addEventListener("submit", send);
  field().addEventListener("keydown", onKey);
  find("#start").addEventListener("click", begin);
  find("#commands").addEventListener("click", showCommands);
  find("#attach").addEventListener("click", showAttach);
  find("#contextClose").addEventListener("click", endContext);
  find("#keys").addEventListener("click", () => {
    keyboardHidden = !keyboardHidden;
    showComposer();
  });
}

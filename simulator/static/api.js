// Talks to the control API. Every refusal becomes an Error whose message a person may read.

const base = new URL("../api", import.meta.url).pathname;

async function ask(method, path, body) {
  const options = { method };
  if (body instanceof FormData) {
    options.body = body;
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(base + path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error((answer.description || response.statusText).replace(/^Bad Request: /, ""));
  }
  return answer;
}

const of = (id, rest = "") => `/citizens/${id}${rest}`;

export const api = {
  state: () => ask("GET", "/state"),
  conversation: (id) => ask("GET", of(id)),
  addCitizen: (person) => ask("POST", "/citizens", person),
  changeCitizen: (id, changes) => ask("PATCH", of(id), changes),
  say: (id, text, replyTo) => ask("POST", of(id, "/messages"), { text, reply_to: replyTo }),
  edit: (id, message, text) => ask("PATCH", of(id, `/messages/${message}`), { text }),
  hide: (id, message) => ask("DELETE", of(id, `/messages/${message}`)),
  start: (id, payload) => ask("POST", of(id, "/start"), { payload }),
  press: (id, message, data) => ask("POST", of(id, "/press"), { message_id: message, data }),
  block: (id, blocked) => ask("POST", of(id, "/block"), { blocked }),
  thing: (id, content) => ask("POST", of(id, "/things"), content),
  files: (id, form) => ask("POST", of(id, "/files"), form),
  fileAddress: (fileId) => `${base}/files/${encodeURIComponent(fileId)}`,
  events: (after) => new EventSource(`${base}/events?after=${after}`),
};

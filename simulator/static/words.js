// The page's own words, Albanian and English, and how it writes times and days.

let tables = { sq: {}, en: {} };

export const language = () => (document.documentElement.lang === "en" ? "en" : "sq");

export async function loadWords() {
  const response = await fetch(new URL("strings.json", import.meta.url));
  tables = await response.json();
  showWords();
}

export function word(name, values = {}) {
  const text = tables[language()][name] || name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export function turnLanguage() {
  document.documentElement.lang = language() === "sq" ? "en" : "sq";
  localStorage.setItem("chat-language", document.documentElement.lang);
  showWords();
}

export function showWords() {
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = word(element.dataset.placeholder);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = word(element.dataset.label);
  }
}

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hour12: false });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const ago = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  if (ago === 0) return word("today");
  if (ago === 1) return word("yesterday");
  return date.toLocaleDateString(language(), { day: "numeric", month: "long", year: ago > 300 ? "numeric" : undefined });
}

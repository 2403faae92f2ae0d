// Sets the theme and the language's first guess before anything is drawn.
"use strict";
const keptTheme = localStorage.getItem("chat-theme");
if (keptTheme === "light" || keptTheme === "dark") {
  document.documentElement.dataset.theme = keptTheme;
}
document.documentElement.lang = localStorage.getItem("chat-language") === "en" ? "en" : "sq";

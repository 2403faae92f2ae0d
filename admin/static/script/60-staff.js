/* Recovery codes are printed by a press, where the browser can; its menu prints them just as well. */

(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();

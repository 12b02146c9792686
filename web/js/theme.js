// Sets the theme before the first paint. A plain script, so that it runs before the body is drawn.
(() => {
  let chosen = null;
  if (!new URLSearchParams(location.search).has("embed")) {
    try { chosen = localStorage.getItem("lockstep-theme"); } catch { /* storage is switched off */ }
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();

// Runs before the first paint, so that a chosen theme never flashes.
// A theme that the server wrote into the page stands; "auto" follows the system.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme) return;
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    else if (matchMedia("(prefers-color-scheme: dark)").matches) root.dataset.theme = "dark";
  } catch {
    // Storage is closed to this page: the system's theme is used.
  }
})();

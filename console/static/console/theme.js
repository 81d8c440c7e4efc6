// Runs before the first paint, so that a chosen theme never flashes.
// The account's setting counts; a choice made here by the button stands above it until the setting changes.
(() => {
  const root = document.documentElement;
  const account = root.dataset.accountTheme;
  let theme = root.dataset.theme;
  try {
    const over = localStorage.getItem("theme-over") ?? "auto";
    if (!account || account === over) theme = localStorage.getItem("theme") ?? theme;
  } catch {
    // Storage is closed to this page: the account's or the system's theme is used.
  }
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else if (matchMedia("(prefers-color-scheme: dark)").matches) root.dataset.theme = "dark";
})();

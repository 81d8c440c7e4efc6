// The console's behaviour. Pages work without it; this makes them quicker.
// Words come from the page (data attributes), so that they can be translated.

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

/** Say something to people who listen to the page. */
function say(text) {
  const live = byId("live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

// Theme

function toggleTheme() {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
    localStorage.setItem("theme-over", root.dataset.accountTheme ?? "auto");
  } catch {
    // Storage is closed to this page: the choice lasts until the next page.
  }
}

// Clicks on what is marked with a data attribute

const clicks = {
  themeToggle: toggleTheme,
  dismiss: (button) => button.closest("[data-dismissable]")?.remove(),
  openDialog: (button) => byId(button.dataset.openDialog)?.showModal(),
  closeDialog: (button) => button.closest("dialog")?.close(),
};

document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (dialog instanceof HTMLDialogElement && isOutside(dialog, event)) dialog.close();

  for (const [name, act] of Object.entries(clicks)) {
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const button = event.target.closest?.(`[data-${attribute}]`);
    if (button) act(button);
  }
});

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

// Keyboard: "/" goes to the filter

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]") || root.dataset.shortcuts === "off") return;

  const filter = document.querySelector(".find input");
  if (!filter) return;
  event.preventDefault();
  filter.focus();
});

// A form that came back with errors: the summary takes the focus

document.querySelector("[data-error-summary]")?.focus();

// A form is sent once

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
});

// Who signs out leaves nothing that they typed behind on this device

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-sign-out]")) forgetDrafts();
});

// Nobody finds what somebody else typed on a shared device, also where that person never signed out

const draftsOf = document.querySelector("[data-drafts-of]")?.dataset.draftsOf;
if (draftsOf !== undefined) forgetDrafts((name) => name.split(":")[2] !== draftsOf.split(":")[1]);

function forgetDrafts(isTheirs = () => true) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("draft:") && isTheirs(name)) localStorage.removeItem(name);
    }
  } catch {
    // Storage is closed to this page: there is nothing to forget.
  }
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// An address is suggested from a name until the person writes their own

for (const address of document.querySelectorAll("[data-address-from]")) {
  const name = byId(address.dataset.addressFrom);
  let own = address.value !== "";
  address.addEventListener("input", (event) => {
    if (event.isTrusted) own = address.value !== "";
  });
  name?.addEventListener("input", () => {
    if (own) return;
    address.value = asAddress(name.value);
    address.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function asAddress(name) {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/&/g, " and ")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}

// Messages that report success leave by themselves, unless someone reads them

for (const toast of document.querySelectorAll(".toast-success")) {
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else toast.remove();
  };
  setTimeout(leave, 8000);
}

// Fragments that htmx fetched

document.addEventListener("htmx:after:swap", () => {
  const news = document.querySelector("[data-announce]")?.dataset.announce;
  if (news && news !== lastAnnounced) say(news);
  lastAnnounced = news;
});
let lastAnnounced = document.querySelector("[data-announce]")?.dataset.announce;

// A page that refreshes itself waits while one of its dialogs is open.
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source.matches('[hx-trigger^="every"]') && source.querySelector("dialog[open]")) event.preventDefault();
});

// The session ended or a right went away: the whole page says so better than a part of it.
document.addEventListener("htmx:before:response", (event) => {
  const { status } = event.detail.ctx.response;
  setConnection(status < 500);
  if (status !== 401 && status !== 403) return;
  event.preventDefault();
  location.reload();
});

document.addEventListener("htmx:error", () => setConnection(false));

function setConnection(works) {
  const bar = byId("connection");
  if (bar) bar.hidden = works;
}

// <copy-field data-copied="Copied">: the text of its .copy-text goes to the clipboard

class CopyField extends HTMLElement {
  connectedCallback() {
    this.querySelector(".copy-button")?.addEventListener("click", () => this.copy());
  }

  async copy() {
    const source = this.querySelector(".copy-text");
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      getSelection().selectAllChildren(source);
      return;
    }
    this.toggleAttribute("copied", true);
    say(this.dataset.copied);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.removeAttribute("copied"), 2000);
  }
}
customElements.define("copy-field", CopyField);

// <local-time><time datetime="...">: the server's UTC becomes the reader's clock,
// which is the one they chose, else the browser's, written as they chose

const dateLocale = { dmy: "en-GB", mdy: "en-US", iso: "sv-SE" }[root.dataset.dateFormat] ?? root.lang;
const dateStyle = root.dataset.dateFormat === "iso" ? "short" : "medium";
const timeZone = root.dataset.timeZone;
const clock = new Intl.DateTimeFormat(dateLocale, { dateStyle, timeStyle: "short", timeZone });
const day = new Intl.DateTimeFormat(dateLocale, { dateStyle, timeZone });
const ago = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto", style: "short" });
const steps = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    const moment = new Date(time?.dateTime);
    if (Number.isNaN(moment.valueOf())) return;

    const exact = clock.format(moment);
    time.textContent = this.hasAttribute("relative") ? relative(moment) : exact;
    time.title = `${exact} (${moment.toISOString()})`;
  }
}
customElements.define("local-time", LocalTime);

/** "5 min ago"; the day alone for what is more than a week away. */
function relative(moment) {
  const seconds = (moment - Date.now()) / 1000;
  if (Math.abs(seconds) > 7 * 86400) return day.format(moment);
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const count = unit === "second" ? 0 : Math.round(seconds / size);
  return ago.format(count, unit).replaceAll(".", "");
}

// <file-drop>: drag a file in, see it travel. Its form works without.

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.panel = this.querySelector(".drop-progress");
    if (!this.form || !this.input || !this.panel) return;

    for (const name of ["dragenter", "dragover"]) {
      this.addEventListener(name, (event) => {
        event.preventDefault();
        this.classList.add("drop-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      this.addEventListener(name, () => this.classList.remove("drop-over"));
    }
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) this.input.files = event.dataTransfer.files;
    });
    this.form.addEventListener("submit", (event) => {
      if (!this.input.files.length || event.defaultPrevented) return;
      event.preventDefault();
      this.send(event.submitter);
    });
  }

  send(submitter) {
    const request = new XMLHttpRequest();
    const progress = this.panel.querySelector("progress");
    const words = this.panel.querySelector("[data-sending]");
    const data = new FormData(this.form);
    if (submitter?.name) data.append(submitter.name, submitter.value);

    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      progress.value = event.loaded / event.total;
      const done = event.loaded === event.total;
      words.textContent = done
        ? words.dataset.received
        : `${words.dataset.sending} ${Math.floor(progress.value * 100)} %`;
    });
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.failed(words.dataset.failed));

    progress.value = 0;
    this.panel.hidden = false;
    if (submitter) submitter.disabled = true;
    this.submitter = submitter;
    request.open("POST", this.form.action);
    request.send(data);
  }

  /** Success led to the page of the upload; anything else is a page to read here. */
  answered(request) {
    if (request.status < 300) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    if (!main) {
      this.failed(this.panel.querySelector("[data-failed]").dataset.failed);
      return;
    }
    document.querySelector("main").replaceWith(document.adoptNode(main));
    document.querySelector("[data-error-summary]")?.focus();
  }

  failed(words) {
    this.panel.querySelector("[data-failed]").textContent = words;
    if (this.submitter) this.submitter.disabled = false;
    delete this.form.dataset.sent;
    say(words);
  }
}
customElements.define("file-drop", FileDrop);

// Uploads that survive a broken connection, and two versions laid over each other.
// Words come from the page (data attributes), so that they can be translated.

const MEGABYTE = 1024 * 1024;
const LARGEST = 8 * MEGABYTE;
const SMALLEST = 256 * 1024;
const LONGEST_WAIT = 30_000;
const TYPE = "application/offset+octet-stream";

/** An answer that says no: trying again changes nothing. */
class Refused extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "");
    this.problem = problem;
  }
}

function headers() {
  return JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Wait for a while, or until the browser says that the connection is back. */
function reconnected(milliseconds) {
  return Promise.race([pause(milliseconds), new Promise((resolve) => addEventListener("online", resolve, { once: true }))]);
}

/** One file on its way: announced, sent in chunks from the offset that the server has, completed. */
class Transfer {
  constructor(file, asset, note, show) {
    Object.assign(this, { file, asset, note, show });
    this.stop = new AbortController();
    this.key = `upload:${asset ?? ""}:${file.name}:${file.size}:${file.lastModified}`;
  }

  async run() {
    await this.begin();
    while (this.offset < this.file.size) await this.send();
    this.show("checking");
    return this.complete(false);
  }

  /** Go on with what an earlier visit began, or announce the file. */
  async begin() {
    const known = localStorage.getItem(this.key);
    if (known) {
      this.id = known;
      try {
        const found = await this.ask("GET", this.path());
        if (found.state === "receiving") {
          this.offset = found.received;
          return;
        }
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
      localStorage.removeItem(this.key);
    }
    const body = { file_name: this.file.name.slice(0, 255) || "file", size: this.file.size };
    if (this.asset) body.asset_id = this.asset;
    const once = { "Idempotency-Key": crypto.randomUUID() };
    const made = await this.ask("POST", "/api/v1/uploads", JSON.stringify(body), once);
    this.id = made.id;
    this.offset = 0;
    localStorage.setItem(this.key, this.id);
  }

  async send() {
    const step = Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(this.file.size / 40)));
    const end = this.file.size - this.offset < step + SMALLEST ? this.file.size : this.offset + step;
    const to = Math.min(end, this.offset + LARGEST);
    this.show("sending", this.offset / this.file.size);
    try {
      const more = { "Content-Type": TYPE, "Upload-Offset": String(this.offset) };
      const found = await this.ask("PATCH", this.path(), this.file.slice(this.offset, to), more);
      this.offset = found.received;
    } catch (error) {
      if (error.problem?.code !== "offset_mismatch") throw error;
      this.offset = error.problem.offset;
    }
    this.show("sending", this.offset / this.file.size);
  }

  async complete(anyway) {
    try {
      return await this.ask("POST", `${this.path()}/complete`, JSON.stringify({ allow_duplicate: anyway, note: this.note }));
    } finally {
      localStorage.removeItem(this.key);
    }
  }

  async discard() {
    this.stop.abort();
    localStorage.removeItem(this.key);
    if (this.id) await fetch(this.path(), { method: "DELETE", headers: headers() });
  }

  path() {
    return `/api/v1/uploads/${this.id}`;
  }

  /** Ask until there is an answer; the server's own failures pass, a refusal stays. */
  async ask(method, path, body, more = {}) {
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        const answer = await fetch(path, {
          method,
          body,
          headers: { ...headers(), ...type, ...more },
          signal: this.stop.signal,
        });
        const found = await answer.json().catch(() => ({}));
        if (answer.ok) return found;
        if (answer.status < 500 && answer.status !== 429) throw new Refused(found);
      } catch (error) {
        if (error instanceof Refused || error.name === "AbortError") throw error;
      }
      this.show("offline", this.offset === undefined ? 0 : this.offset / this.file.size);
      await reconnected(wait);
    }
  }
}

/** <asset-upload>: files come in by its button or are dropped anywhere on the page. */
class AssetUpload extends HTMLElement {
  connectedCallback() {
    this.list = document.getElementById("uploads");
    this.queue = [];
    this.input = this.querySelector("input[type=file]");
    this.input.addEventListener("change", () => this.take(this.input.files));
    this.off = new AbortController();
    const { signal } = this.off;
    for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => this.hover(event), { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget ?? this.veil(false), { signal });
    document.addEventListener("drop", (event) => this.drop(event), { signal });
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault(), { signal });
    // Chosen before this script was there.
    if (this.input.files.length) this.take(this.input.files);
  }

  disconnectedCallback() {
    this.off.abort();
  }

  get note() {
    return this.querySelector("[data-note]")?.value.trim() ?? "";
  }

  hover(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.veil(true);
  }

  drop(event) {
    this.veil(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.take(event.dataTransfer.files);
  }

  veil(shown) {
    document.querySelector(".drop-veil")?.remove();
    if (!shown) return;
    const veil = document.createElement("div");
    veil.className = "drop-veil";
    veil.textContent = this.dataset.drop;
    document.body.append(veil);
  }

  take(files) {
    const chosen = [...files].filter((file) => file.size > 0);
    for (const file of this.dataset.asset ? chosen.slice(0, 1) : chosen) this.queue.push(this.row(file));
    this.input.value = "";
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    let changed = false;
    for (let row = this.queue.shift(); row; row = this.queue.shift()) changed = (await this.one(row)) || changed;
    this.busy = false;
    if (changed) await this.refresh();
  }

  /** Send one file; true where something new came of it. */
  async one(row) {
    if (row.transfer.stop.signal.aborted) return false;
    try {
      this.finished(row, await row.transfer.run());
      return true;
    } catch (error) {
      if (error.name === "AbortError") return false;
      this.refused(row, error);
      return false;
    }
  }

  finished(row, found) {
    row.show("done", 1, found.created ? "" : this.dataset.same);
    this.act(row, this.link(found.asset_id));
  }

  refused(row, error) {
    if (error.problem?.code === "already_exists") {
      row.show("failed", 1, this.dataset.exists);
      this.act(row, this.link(error.problem.asset_id), this.button(this.dataset.anyway, () => this.anyway(row)));
      return;
    }
    row.show("failed", 1, error.message || this.dataset.failed);
    this.act(row, this.button(this.dataset.retry, () => this.again(row)));
  }

  async anyway(row) {
    row.show("checking");
    try {
      this.finished(row, await row.transfer.complete(true));
      await this.refresh();
    } catch (error) {
      this.refused(row, error);
    }
  }

  again(row) {
    row.element.remove();
    this.take([row.transfer.file]);
  }

  row(file) {
    const element = document.createElement("li");
    const [name, actions, bar, state] = ["span", "span", "progress", "span"].map((tag) => document.createElement(tag));
    name.className = "upload-name";
    name.textContent = file.name;
    actions.className = "upload-actions";
    state.className = "upload-state";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    element.append(name, actions, bar, state);
    const show = (word, part, text = "") => {
      element.dataset.state = word;
      bar.hidden = word === "done" || word === "failed";
      if (part !== undefined) bar.value = part;
      const percent = word === "sending" ? ` ${Math.round(bar.value * 100)} %` : "";
      state.textContent = text || `${this.dataset[word]}${percent}`;
      state.setAttribute("role", word === "sending" ? "none" : "status");
    };
    const row = { element, actions, show, transfer: new Transfer(file, this.dataset.asset, this.note, show) };
    show("waiting", 0);
    this.act(
      row,
      this.button(this.dataset.cancel, () => {
        row.transfer.discard();
        show("failed", 1, this.dataset.cancelled);
        this.act(row);
      }),
    );
    this.list.append(element);
    this.list.hidden = false;
    return row;
  }

  act(row, ...choices) {
    row.actions.replaceChildren(...choices);
  }

  button(text, act) {
    const button = document.createElement("button");
    button.className = "button button-small";
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  link(asset) {
    const link = document.createElement("a");
    link.className = "button button-small";
    link.href = `/assets/${asset}/`;
    link.textContent = this.dataset.show;
    return link;
  }

  /** Show what has come in: the versions anew, or the results of the list. */
  async refresh() {
    if (this.dataset.asset) {
      location.reload();
      return;
    }
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["#results", ".toolbar > .tabs"]) document.querySelector(part)?.replaceWith(page.querySelector(part));
  }
}
customElements.define("asset-upload", AssetUpload);

/** <picture-compare>: the second picture over the first, from where the slider stands. */
class PictureCompare extends HTMLElement {
  connectedCallback() {
    const range = this.querySelector("input");
    const move = () => this.style.setProperty("--at", `${range.value}%`);
    range.addEventListener("input", move);
    move();
  }
}
customElements.define("picture-compare", PictureCompare);

// <auto-save>: keeps what a person types into a form until it is saved, on this device and on the server.
//
//   <auto-save data-kind="campaign" data-key="{{ campaign.pk }}" data-version="{{ campaign.row_version }}">
//     {% include "console/parts/autosave.html" %}
//     <form method="post">...</form>
//   </auto-save>
//
// data-kind      what it is about, one of the kinds of /api/v1/drafts
// data-key       the object's id (settings: the section); leave it out for what is not there yet
// data-part      which part of the object this form is about, where it has several forms that are saved by themselves
// data-page      the address where the form stands, where a refused form is shown at another one
// data-version   the version that the form was filled from; leave it out for what is not there yet
// data-conflict  present when the form came back because somebody else was faster
//
// The form's fields are taken by name. Hidden ones are left out unless they carry data-draft, passwords and files always.
// The form may hold row_version: it moves on when the person has compared with what somebody else saved. The view that
// saves calls console.org.drafts.forget_draft(request), which ends the draft in the transaction that saves.
//
// Every input is written to localStorage at once, so a killed tab loses nothing, and sent at most every 1.5 seconds, so
// another device lags by two seconds at most. Nothing but drafts, preferences and the state of the console is kept in
// localStorage (ESSENTIAL in console/drafts.js); signing out removes the drafts.

{
  const { deviceId, fill, forget, keep, labelOf, describe, read, same, setValue, slotOf, uuid, valuesOf } = drafts;
  const SEND_EVERY = 1500;
  const RETRY_AT_MOST = 30_000;
  const KEEPALIVE_BYTES = 60_000;
  const ANSWERED_WITHIN = 10_000;
  const FINAL = new Set([401, 403, 404, 409]);
  const { lang, dataset } = document.documentElement;
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: dataset.timeZone };
  const clock = new Intl.DateTimeFormat(lang, time);

  class AutoSave extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.panel = this.querySelector(".autosave");
      if (!this.form || !this.panel?.dataset.space) return;
      const [posted] = this.panel.dataset.posted.split(" ");
      this.offer = this.querySelector("draft-offer");
      this.conflict = this.querySelector("draft-conflict");
      this.kind = this.dataset.kind;
      this.version = this.dataset.version ? Number(this.dataset.version) : null;
      this.device = deviceId();
      const { key, part } = this.dataset;
      this.key = key ? `${key}${part ? `.${part}` : ""}` : posted || `new-${uuid()}`;
      // A page may hold several forms, of which one came back.
      const isBack = posted === this.key;
      this.place = slotOf(this.panel.dataset.space, this.kind, this.key);
      this.base = valuesOf(this.form, { asSent: true });
      this.listen();
      this.hold();
      if (isBack) this.goOn();
      else this.begin();
    }

    disconnectedCallback() {
      this.leaving?.abort();
      this.release?.();
      clearTimeout(this.timer);
    }

    listen() {
      this.leaving = new AbortController();
      const { signal } = this.leaving;
      const on = (target, name, act) => target.addEventListener(name, act, { signal });
      // A field that stands in this form may belong to another one.
      const typed = ({ target }) => (target.form ?? this.form) === this.form && this.typed();
      on(this.form, "input", typed);
      on(this.form, "change", typed);
      on(this.form, "submit", (event) => this.submitted(event));
      on(this.offer, "restore", ({ detail }) => this.restore(detail));
      on(this.conflict, "pick", ({ detail }) => this.set(detail.values));
      on(this.panel.querySelector("[data-compare]"), "click", () => this.compare());
      on(document, "submit", ({ target }) => target.matches("[data-sign-out]") && this.stop());
      on(window, "online", () => this.retryNow());
      on(window, "pagehide", () => this.flushOnExit());
    }

    /** Who signs out leaves nothing behind: what is still under way is not written back. */
    stop() {
      this.isOver = true;
      this.copy = null;
      clearTimeout(this.timer);
      forget(this.place);
    }

    /** One tab keeps the draft of an object; another that is open on it waits for its turn. */
    hold() {
      this.isHeld = !navigator.locks;
      if (this.isHeld) return;
      const waiting = setTimeout(() => this.show("paused", this.panel.dataset.otherTab), 400);
      const held = () => {
        clearTimeout(waiting);
        this.isHeld = true;
        this.show("idle");
        if (this.isDirty) this.typed();
        return new Promise((resolve) => {
          this.release = resolve;
        });
      };
      navigator.locks.request(this.place, { signal: this.leaving.signal }, held).catch(() => clearTimeout(waiting));
    }

    begin() {
      const { space } = this.panel.dataset;
      const { kind, key, device, base } = this;
      const call = (...asked) => this.call(...asked);
      const isTyped = () => Boolean(this.copy);
      this.looked = this.offer.look({ space, kind, key, isNew: !this.dataset.key, device, base, call, isTyped });
      // Typed before this script ran, or put back by the browser.
      if (!same(this.base, valuesOf(this.form))) this.typed();
    }

    /** The form came back from the server with what was typed: go on from there. */
    goOn() {
      const copy = read(this.place);
      this.base = copy?.base ?? this.base;
      this.isSent = copy?.isSent;
      this.typed();
      if (this.dataset.conflict !== undefined) this.compare();
    }

    // Typing

    typed() {
      this.isDirty = true;
      this.isLeaving = false;
      if (!this.isHeld || this.isOver) return;
      const [at, fields, { draft }] = [Date.now(), valuesOf(this.form), this.offer];
      // What is on offer is not lost by typing on without an answer.
      const older = draft?.fields ? { ...draft, older: undefined } : null;
      this.copy = { base: this.base, fields, version: this.version, at, older, isSent: this.isSent ?? false };
      keep(this.place, this.copy);
      this.sendSoon();
    }

    set(values) {
      for (const [name, value] of Object.entries(values)) setValue(this.form, name, value);
      this.typed();
    }

    sendSoon() {
      if (this.timer || this.sending || this.isRefused) return;
      const wait = Math.max(0, (this.lastSent ?? 0) + SEND_EVERY - Date.now());
      this.timer = setTimeout(() => this.send(), wait);
    }

    /** Send what is typed by now. */
    async send() {
      clearTimeout(this.timer);
      this.timer = null;
      await this.looked;
      await this.sending;
      if (!this.isDirty || !this.copy) return;
      this.sending = this.put();
      let done = false;
      try {
        done = await this.sending;
      } finally {
        this.sending = null;
      }
      if (done && this.isDirty) this.sendSoon();
    }

    async put(keepalive = false) {
      this.lastSent = Date.now();
      this.isDirty = false;
      this.show("saving");
      const { base, fields, older } = this.copy;
      const body = JSON.stringify({ device: this.device, base_version: this.version, body: { base, fields, older } });
      const signal = AbortSignal.timeout(ANSWERED_WITHIN);
      const asked = this.call("PUT", `/${this.kind}/${this.key}`, { body, keepalive, signal });
      this.isAway = false;
      const answer = await asked.catch((error) => {
        this.isAway = error.name !== "TimeoutError";
        return null;
      });
      // What stands in between (a proxy, a login page) may answer with anything.
      const found = await answer?.json().catch(() => null);
      if (this.isOver) return false;
      if (!found || answer.status === 429 || answer.status >= 500) return this.failed();
      if (!answer.ok) {
        this.isDirty = true;
        this.isRefused = FINAL.has(answer.status);
        this.show("paused", found.errors?.[0]?.message || found.detail || found.title);
        return false;
      }
      await this.leaveOther();
      if (this.isOver) return false;
      this.failures = 0;
      this.isSent = true;
      this.copy = { ...this.copy, isSent: true };
      keep(this.place, this.copy);
      this.show("saved", fill(this.panel.dataset.saved, { time: clock.format(new Date(found.saved_at)) }));
      this.noticeMove(found.object_version);
      return true;
    }

    failed() {
      this.isDirty = true;
      this.failures = (this.failures ?? 0) + 1;
      this.show("offline");
      const wait = Math.min(RETRY_AT_MOST, 1000 * 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.timer = setTimeout(() => this.send(), wait);
      return false;
    }

    retryNow() {
      if (this.isDirty && this.copy && !this.isRefused) this.send();
    }

    flushOnExit() {
      if (!this.isDirty || !this.copy || this.isLeaving || this.isRefused) return;
      if (JSON.stringify(this.copy).length < KEEPALIVE_BYTES) this.put(true);
    }

    /** The server gets everything before the form goes: then a draft that is gone there was saved. */
    async submitted(event) {
      if (event.defaultPrevented) return;
      this.nameDraft();
      if (!this.copy || this.isLeaving || this.isRefused || (!this.isDirty && !this.sending)) {
        this.isLeaving = true;
        return;
      }
      event.preventDefault();
      // Whatever became of the draft, the form itself can still be saved.
      await this.send().catch(() => {});
      // Away: what is typed stays here and in the form, and the person sees why nothing happened.
      if (this.isAway) return;
      this.isLeaving = true;
      this.form.requestSubmit(event.submitter);
    }

    nameDraft() {
      const input = this.form.querySelector('input[name="draft"]') ?? document.createElement("input");
      Object.assign(input, { type: "hidden", name: "draft", value: `${this.key} ${this.device}` });
      this.form.append(input);
    }

    // Drafts from before, and what somebody else saved

    restore(draft) {
      this.set(draft.fields);
      if (this.copy && (draft.key !== this.key || draft.device !== this.device)) {
        this.takenFrom = draft;
        if (draft.device === this.device) forget(slotOf(this.panel.dataset.space, this.kind, draft.key));
      }
      if (this.version === null || draft.version === this.version) return;
      this.base = draft.base;
      this.compare();
    }

    /** Remove the draft that this one has taken over, now that the server has it here. */
    async leaveOther() {
      if (!this.takenFrom) return;
      const address = this.offer.address(this.takenFrom);
      this.takenFrom = null;
      await this.call("DELETE", address, { keepalive: true }).catch(() => {});
    }

    noticeMove(version) {
      if (version === null || version === this.version || version === this.noticed) return;
      this.noticed = version;
      this.panel.querySelector("[data-moved]").hidden = false;
    }

    /** Show base, mine and theirs of each field that both changed; what only they changed is taken over. */
    async compare() {
      this.panel.querySelector("[data-moved]").hidden = true;
      const now = await this.presentPage();
      if (!now) {
        this.show("offline");
        return;
      }
      const form = now.querySelector("form");
      const [mine, theirs, base] = [valuesOf(this.form), valuesOf(form, { asSent: true }), this.base];
      const changed = Object.keys(theirs).filter((name) => name in mine && !same(base[name], theirs[name]));
      const taken = changed.filter((name) => same(base[name], mine[name]));
      const both = changed.filter((name) => !taken.includes(name) && !same(mine[name], theirs[name]));
      this.version = Number(now.dataset.version);
      this.base = theirs;
      const field = this.form.querySelector('[name="row_version"]');
      if (field) field.value = now.dataset.version;
      const words = (values, name) => (name in values ? describe(form, name, values[name]) : "");
      const rows = both.map((name) => ({
        name,
        label: labelOf(this.form, name),
        base: words(base, name),
        mine: words(mine, name),
        theirs: words(theirs, name),
        values: { mine: mine[name], theirs: theirs[name] },
      }));
      this.set(Object.fromEntries(taken.map((name) => [name, theirs[name]])));
      this.conflict.show(rows, taken.map((name) => labelOf(this.form, name)));
    }

    /** This element as the server sends it now. */
    async presentPage() {
      const { page: address = location.href, key, part } = this.dataset;
      const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
      if (!answer?.ok) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = [...page.querySelectorAll(`auto-save[data-kind="${this.kind}"][data-key="${key}"]`)];
      return found.find((one) => one.dataset.part === part) ?? null;
    }

    // What is shown

    show(state, words = this.panel.dataset[state] ?? "") {
      this.dataset.state = state;
      this.panel.querySelector("[data-line]").hidden = state === "idle";
      this.panel.querySelector("[data-word]").textContent = words;
      const spoken = this.panel.querySelector("[data-spoken]");
      if (!["saving", "idle"].includes(state) && spoken.textContent !== words) spoken.textContent = words;
    }

    call(method, path, options = {}) {
      const headers = { "X-CSRFToken": this.form.querySelector('[name="csrfmiddlewaretoken"]').value };
      if (options.body) headers["Content-Type"] = "application/json";
      return fetch(`/api/v1/drafts${path}`, { method, headers, ...options });
    }
  }
  customElements.define("auto-save", AutoSave);
}

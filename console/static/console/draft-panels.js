// What <auto-save> shows beside the form: drafts from before, and what somebody else saved meanwhile.

{
  const { fill, forget, read, same, slotOf, slots, sweep, within } = drafts;
  const root = document.documentElement;
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: root.dataset.timeZone };
  const clock = new Intl.DateTimeFormat(root.lang, time);
  const day = new Intl.DateTimeFormat(root.lang, { day: "numeric", month: "short", timeZone: root.dataset.timeZone });

  const isToday = (at) => day.format(at) === day.format(Date.now());
  const when = (at) => (isToday(at) ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`);

  /**
   * <draft-offer>: the drafts that are about the same, one after the other, the newest first. Taking one goes out as
   * the event "restore". `draft` is the one on offer: {key, device, at, version, base, fields}.
   */
  class DraftOffer extends HTMLElement {
    connectedCallback() {
      this.querySelector("[data-restore]").addEventListener("click", () => this.restore());
      this.querySelector("[data-discard]").addEventListener("click", () => this.discard());
    }

    /** Look for drafts; resolves once nothing that is kept can be lost by typing on. */
    async look({ space, kind, key, isNew, device, base, call, isTyped }) {
      Object.assign(this, { space, kind, key, isNew, device, base, call, isTyped });
      sweep(space);
      const kept = this.keptHere();
      this.draft = kept.find((copy) => copy.key === key) ?? null;
      const listed = await this.listed();
      const open = await this.openElsewhere();
      const found = [...this.stillThere(kept, listed), ...this.onlyThere(kept, listed ?? [])];
      this.found = found.filter((draft) => !open.has(this.slotOf(draft.key))).sort((one, other) => other.at - one.at);
      await this.next();
    }

    keptHere() {
      const prefix = this.slotOf(this.isNew ? "new-" : this.key);
      return slots()
        .filter((slot) => slot.startsWith(prefix))
        .map((slot) => ({ ...read(slot), key: slot.slice(slot.lastIndexOf("/") + 1), device: this.device }));
    }

    /** What the server has; null where it can't be asked. */
    async listed() {
      const asked = new URLSearchParams({ kind: this.kind, key: this.isNew ? "new" : this.key });
      try {
        const answer = await this.call("GET", `?${asked}`, { signal: AbortSignal.timeout(5000) });
        return answer.ok ? (await answer.json()).items : null;
      } catch {
        return null;
      }
    }

    /** What another tab is working on is not lost, so it is not offered here. */
    async openElsewhere() {
      const { held = [] } = (await navigator.locks?.query()) ?? {};
      return new Set(held.map((lock) => lock.name).filter((name) => name !== this.slotOf(this.key)));
    }

    /** What the server had and has no more was saved or thrown away; it goes here too. */
    stillThere(kept, listed) {
      const isThere = (copy) => listed.some((draft) => draft.key === copy.key && draft.device === this.device);
      const over = listed ? kept.filter((copy) => !copy.fields || (copy.isSent && !isThere(copy))) : [];
      for (const copy of over) if (!this.isTyped() || copy.key !== this.key) forget(this.slotOf(copy.key));
      return kept.filter((copy) => !over.includes(copy)).flatMap((copy) => [copy, ...this.olderOf(copy)]);
    }

    onlyThere(kept, listed) {
      const isHere = (draft) => draft.device === this.device && kept.some((copy) => copy.key === draft.key);
      const found = listed.filter((draft) => !isHere(draft));
      return found.map((draft) => ({ ...draft, at: Date.parse(draft.saved_at), version: draft.base_version }));
    }

    olderOf({ older, key, device }) {
      return older ? [{ ...older, key, device }] : [];
    }

    async next() {
      const draft = this.found.shift() ?? null;
      if (draft && !draft.fields && !(await this.fetchBody(draft))) return this.next();
      if (draft && same(within(draft.fields, this.base), within(this.base, draft.fields))) {
        this.drop(draft);
        return this.next();
      }
      this.draft = draft;
      this.hidden = draft === null;
      if (!draft) return;
      const words = draft.device === this.device ? this.dataset.here : this.dataset.elsewhere;
      this.querySelector("[data-text]").textContent = fill(words, { time: when(draft.at) });
    }

    async fetchBody(draft) {
      const answer = await this.call("GET", this.address(draft)).catch(() => null);
      if (!answer?.ok) return false;
      const { base = {}, fields = {}, older } = (await answer.json()).body;
      Object.assign(draft, { base, fields });
      this.found.unshift(...this.olderOf({ older, ...draft }));
      return true;
    }

    restore() {
      const { draft } = this;
      this.draft = null;
      this.hidden = true;
      this.dispatchEvent(new CustomEvent("restore", { detail: draft }));
    }

    discard() {
      const { draft } = this;
      this.draft = null;
      this.drop(draft);
      this.next();
    }

    drop(draft) {
      const isMine = draft.device === this.device;
      if (isMine && draft.key === this.key && this.isTyped()) return; // what is typed by now has taken its place
      if (isMine) forget(this.slotOf(draft.key));
      this.call("DELETE", this.address(draft), { keepalive: true }).catch(() => {});
    }

    address({ key, device }) {
      return `/${this.kind}/${key}?device=${device}`;
    }

    slotOf(key) {
      return slotOf(this.space, this.kind, key);
    }
  }
  customElements.define("draft-offer", DraftOffer);

  /** <draft-conflict>: fields that two people changed, side by side; each choice goes out as the event "pick". */
  class DraftConflict extends HTMLElement {
    connectedCallback() {
      this.querySelector("[data-all-theirs]").addEventListener("click", () => this.pickAll());
      this.querySelector("[data-done]").addEventListener("click", () => this.close());
      this.addEventListener("change", (event) => {
        event.stopPropagation();
        const row = this.rows[event.target.closest("tr").dataset.row];
        this.pick({ [row.name]: row.values[event.target.value] });
      });
    }

    /** `rows` are {name, label, base, mine, theirs, values: {mine, theirs}}; `taken` names what only they changed. */
    show(rows, taken) {
      this.rows = rows;
      this.querySelector("tbody").replaceChildren(...rows.map((row, index) => this.row(row, index)));
      this.querySelector("[data-choices]").hidden = rows.length === 0;
      this.querySelector("[data-taken]").hidden = taken.length === 0;
      this.querySelector("[data-taken-names]").textContent = taken.join(", ");
      this.querySelector("[data-nothing]").hidden = rows.length + taken.length > 0;
      this.hidden = false;
      this.querySelector("h2").focus();
    }

    row(row, index) {
      const made = this.querySelector("template").content.cloneNode(true).firstElementChild;
      made.dataset.row = index;
      made.querySelector("th").textContent = row.label;
      for (const side of ["base", "mine", "theirs"]) {
        made.querySelector(`[data-${side}]`).textContent = row[side] || "–";
      }
      for (const radio of made.querySelectorAll("input")) {
        radio.name = `pick-${index}`;
        radio.setAttribute("aria-label", `${row.label}: ${radio.dataset.label}`);
      }
      return made;
    }

    pickAll() {
      for (const radio of this.querySelectorAll('input[value="theirs"]')) radio.checked = true;
      this.pick(Object.fromEntries(this.rows.map((row) => [row.name, row.values.theirs])));
    }

    pick(values) {
      this.dispatchEvent(new CustomEvent("pick", { detail: { values } }));
    }

    close() {
      this.hidden = true;
    }
  }
  customElements.define("draft-conflict", DraftConflict);
}

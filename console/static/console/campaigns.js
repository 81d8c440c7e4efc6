// What the campaigns' pages do by themselves. All of it works without: these are shortcuts.

/** Send a form of the page, once, with the button that says what to do. */
function send(form, button) {
  if (form.dataset.sent === undefined) form.requestSubmit(button);
}

/** Say something to people who listen to the page. */
function say(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

// <bulk-table>: rows to tick. Shift ticks all from the last one on; the head ticks the page; the bar counts.

class BulkTable extends HTMLElement {
  connectedCallback() {
    this.all = this.querySelector("[data-check-all]");
    this.count = this.querySelector(".bulk-count");
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("change", () => this.counted());
    this.counted();
  }

  get boxes() {
    return [...this.querySelectorAll("tbody .check-cell input")];
  }

  clicked(event) {
    const box = event.target.closest?.(".check-cell input");
    if (!box) return;
    const { boxes } = this;
    if (box === this.all) {
      for (const each of boxes) each.checked = box.checked;
      return;
    }
    const here = boxes.indexOf(box);
    if (event.shiftKey && this.last !== undefined) {
      for (const each of boxes.slice(Math.min(here, this.last), Math.max(here, this.last) + 1)) {
        each.checked = box.checked;
      }
    }
    this.last = here;
  }

  counted() {
    const { boxes } = this;
    const chosen = boxes.filter((box) => box.checked).length;
    if (this.all) {
      this.all.checked = chosen > 0 && chosen === boxes.length;
      this.all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    if (this.count) this.count.textContent = chosen ? this.count.dataset.one.replace("{n}", chosen) : "";
  }
}
customElements.define("bulk-table", BulkTable);

// <campaign-board>: a card that is dropped on a column presses the button of its own menu that leads there.

class CampaignBoard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragstart", (event) => this.lifted(event));
    this.addEventListener("dragend", () => this.put());
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.dropped(event));
  }

  buttonFor(status) {
    return this.card?.querySelector(`button[name=status][value="${status}"]`);
  }

  lifted(event) {
    this.card = event.target.closest?.(".board-card");
    if (!this.card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.card.dataset.id);
    this.card.classList.add("board-dragged");
    const home = this.card.closest(".board-column");
    for (const column of this.querySelectorAll(".board-column")) {
      column.classList.toggle("board-closed", column !== home && !this.buttonFor(column.dataset.status));
    }
  }

  over(event) {
    const column = event.target.closest?.(".board-column");
    for (const other of this.querySelectorAll(".board-over")) other.classList.remove("board-over");
    if (!column || !this.buttonFor(column.dataset.status)) return;
    event.preventDefault();
    column.classList.add("board-over");
  }

  dropped(event) {
    const column = event.target.closest?.(".board-column");
    const button = column && this.buttonFor(column.dataset.status);
    if (!button) {
      say(this.dataset.refused);
      return;
    }
    event.preventDefault();
    send(button.form, button);
  }

  put() {
    for (const name of ["board-dragged", "board-closed", "board-over"]) {
      for (const each of this.querySelectorAll(`.${name}`)) each.classList.remove(name);
    }
    this.card = null;
  }
}
customElements.define("campaign-board", CampaignBoard);

// <campaign-calendar>: a bar that is dropped on a day starts there; Alt and an arrow move it by a day, or by a week.

const BY = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

class CampaignCalendar extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector(".calendar-form");
    this.addEventListener("dragstart", (event) => this.lifted(event));
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.dropped(event));
    this.addEventListener("dragend", () => this.clear());
    this.addEventListener("keydown", (event) => this.pressed(event));
  }

  lifted(event) {
    this.item = event.target.closest?.("[data-move]");
    if (!this.item) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.item.dataset.move);
    // Held in the middle, a bar moves by as many days as the pointer does.
    this.from = this.dayAt(event)?.dataset.day ?? this.item.dataset.start;
  }

  /** The day below the pointer, also where a bar lies over it. */
  dayAt(event) {
    return document.elementsFromPoint(event.clientX, event.clientY).find((found) => found.dataset?.day);
  }

  over(event) {
    this.clear();
    const day = this.item && this.dayAt(event);
    if (!day) return;
    event.preventDefault();
    day.classList.add("calendar-over");
  }

  dropped(event) {
    const day = this.item && this.dayAt(event);
    if (!day) return;
    event.preventDefault();
    const { start } = this.item.dataset;
    this.move(this.item, start ? shifted(start, days(this.from, day.dataset.day)) : day.dataset.day);
  }

  pressed(event) {
    const item = event.target.closest?.("[data-move]");
    if (!item?.dataset.start || !event.altKey || !(event.key in BY)) return;
    event.preventDefault();
    this.move(item, shifted(item.dataset.start, BY[event.key]));
  }

  move(item, day) {
    if (day === item.dataset.start) return;
    this.form.action = item.dataset.move;
    this.form.elements.version.value = item.dataset.version;
    this.form.elements.day.value = day;
    send(this.form);
  }

  clear() {
    for (const day of this.querySelectorAll(".calendar-over")) day.classList.remove("calendar-over");
  }
}
customElements.define("campaign-calendar", CampaignCalendar);

function days(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function shifted(day, by) {
  return new Date(Date.parse(day) + by * 86_400_000).toISOString().slice(0, 10);
}

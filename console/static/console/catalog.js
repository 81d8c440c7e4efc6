// What the catalog's pages do by themselves. All of it works without: these are shortcuts.

// <attribute-rows>: one more row for an attribute, from the template beside the rows.

class AttributeRows extends HTMLElement {
  connectedCallback() {
    this.template = this.querySelector("template");
    this.more = this.querySelector("[data-add]");
    if (!this.template || !this.more) return;

    this.more.hidden = false;
    this.more.addEventListener("click", () => this.add());
  }

  add() {
    const row = this.template.content.cloneNode(true);
    const first = row.querySelector("input");
    this.insertBefore(row, this.template);
    first.focus();
  }
}
customElements.define("attribute-rows", AttributeRows);

// <tick-all>: one box for all boxes of the form "bulk" on the page, and how many are ticked.

class TickAll extends HTMLElement {
  connectedCallback() {
    this.all = this.querySelector("[data-all]");
    this.count = this.querySelector("[data-count]");
    if (!this.all || !this.count) return;

    this.all.closest("[hidden]").hidden = false;
    this.all.addEventListener("change", () => {
      for (const box of this.boxes) box.checked = this.all.checked;
      this.tell();
    });
    this.changed = (event) => {
      if (event.target.matches('input[type=checkbox][form="bulk"]')) this.tell();
    };
    document.addEventListener("change", this.changed);
    this.tell();
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.changed);
  }

  get boxes() {
    return [...document.querySelectorAll('input[type=checkbox][form="bulk"]')];
  }

  tell() {
    const boxes = this.boxes;
    const ticked = boxes.filter((box) => box.checked).length;
    this.all.checked = ticked > 0 && ticked === boxes.length;
    this.all.indeterminate = ticked > 0 && ticked < boxes.length;
    this.count.textContent = ticked ? `${ticked} ${this.count.dataset.words}` : "";
  }
}
customElements.define("tick-all", TickAll);

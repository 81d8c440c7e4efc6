// <role-matrix>: the role matrix as a grid for keyboard and mouse. Without it the cells are lists to choose from.
// The form keeps its selects: a button stands before each, and only cells that differ are sent.

const KEYS = { a: "all", t: "team", o: "own", n: "none" };
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

class RoleMatrix extends HTMLElement {
  connectedCallback() {
    const table = this.querySelector("table");
    this.bar = this.querySelector(".save-bar");
    if (!this.bar) return;

    this.rows = [...table.querySelectorAll("tbody tr:not(.matrix-group)")].map((row) =>
      [...row.querySelectorAll("td")].map((cell) => this.prepare(cell)),
    );
    table.setAttribute("role", "grid");
    const first = this.rows.flat().find((target) => target.matches("button")) ?? this.rows[0]?.[0];
    if (first) first.tabIndex = 0;

    table.addEventListener("keydown", (event) => this.pressed(event));
    table.addEventListener("focusin", (event) => this.entered(event.target));
    table.addEventListener("click", (event) => {
      const button = event.target.closest("button.reach");
      if (button) this.next(button);
    });
    this.count();
  }

  /** What takes the focus in a cell: its button, or the cell itself where nothing can be chosen. */
  prepare(cell) {
    cell.setAttribute("role", "gridcell");
    const select = cell.querySelector("select");
    if (!select) {
      cell.setAttribute("aria-readonly", "true");
      cell.tabIndex = -1;
      return cell;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.select = select;
    button.subject = select.getAttribute("aria-label");
    select.hidden = true;
    cell.prepend(button);
    this.draw(button);
    return button;
  }

  draw(button) {
    const { select } = button;
    const word = select.selectedOptions[0].textContent;
    const isDraft = select.value !== select.dataset.was;
    button.className = `reach reach-${select.value}`;
    button.textContent = word;
    const said = select.value === "none" ? this.dataset.none : word;
    button.setAttribute("aria-label", `${button.subject}: ${said}${isDraft ? `, ${this.dataset.unsaved}` : ""}`);
    button.closest("td").classList.toggle("is-draft", isDraft);
    select.disabled = !isDraft;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target.closest("td, button.reach");
    const y = this.rows.findIndex((row) => row.includes(target));
    if (y < 0) return;

    const move = MOVES[event.key];
    const edge = { Home: 0, End: this.rows[y].length - 1 }[event.key];
    if (move) this.go(event, this.rows[y + move[0]]?.[this.rows[y].indexOf(target) + move[1]]);
    else if (edge !== undefined) this.go(event, this.rows[y][edge]);
    else if (KEYS[event.key.toLowerCase()] && target.matches("button")) {
      event.preventDefault();
      this.set(target, KEYS[event.key.toLowerCase()]);
    }
  }

  go(event, target) {
    event.preventDefault();
    target?.focus();
  }

  /** One cell of the grid is reached with Tab: the last one that had the focus. */
  entered(target) {
    const found = target.closest("td, button.reach");
    if (!found || !this.rows.some((row) => row.includes(found))) return;
    for (const other of this.rows.flat()) other.tabIndex = other === found ? 0 : -1;
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  next(button) {
    const values = [...button.select.options].map((option) => option.value).reverse();
    this.set(button, values[(values.indexOf(button.select.value) + 1) % values.length]);
  }

  set(button, value) {
    const { select } = button;
    if (![...select.options].some((option) => option.value === value)) {
      this.say(this.dataset.missing);
      return;
    }
    if (select.value === value) return;
    select.value = value;
    this.draw(button);
    this.say(button.getAttribute("aria-label"));
    this.count();
  }

  count() {
    const number = this.querySelectorAll("td.is-draft").length;
    this.bar.hidden = number === 0;
    this.toggleAttribute("ready", true);
    this.querySelector("[data-count]").textContent =
      number === 1 ? this.dataset.one : this.dataset.many.replace("%n", number);
    if (number) this.querySelector("#impact-summary").dispatchEvent(new Event("draft"));
  }

  say(text) {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  }
}
customElements.define("role-matrix", RoleMatrix);

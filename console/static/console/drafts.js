// What drafts are made of: the values of a form, and this device's storage.
// console/autosave.js and console/draft-panels.js share it as `drafts`: scripts with hashed names can't be imported.

const ESSENTIAL = /^(theme|theme-over|device|ui:.*|draft:.*)$/;
const KEEP_DAYS = 30;
const SKIPPED = new Set(["button", "file", "image", "password", "reset", "submit"]);

// Fields by name: text, true or false, or a list of what is chosen

function fieldsOf(form) {
  const found = new Map();
  for (const field of form.elements) {
    const isHidden = field.type === "hidden" && field.dataset.draft === undefined;
    if (!field.name || field.name === "csrfmiddlewaretoken" || isHidden || SKIPPED.has(field.type)) continue;
    if (!found.has(field.name)) found.set(field.name, []);
    found.get(field.name).push(field);
  }
  return found;
}

/** The values as they are, or as the server sent them. */
function valuesOf(form, { asSent = false } = {}) {
  return Object.fromEntries([...fieldsOf(form)].map(([name, fields]) => [name, valueOf(fields, asSent)]));
}

function valueOf(fields, asSent) {
  const [first] = fields;
  const isOn = (field) => (asSent ? field.defaultChecked : field.checked);
  const isChosen = (option) => (asSent ? option.defaultSelected : option.selected);
  if (first.type === "radio") return fields.find(isOn)?.value ?? "";
  if (first.type === "checkbox" && fields.length === 1) return isOn(first);
  if (first.type === "checkbox") return fields.filter(isOn).map((field) => field.value);
  const texts = fields.map((field) => {
    if (!field.options) return asSent ? field.defaultValue : field.value;
    const chosen = [...field.options].filter(isChosen).map((option) => option.value);
    return field.type === "select-multiple" ? chosen : (chosen[0] ?? field.options[0]?.value ?? "");
  });
  return texts.length === 1 ? texts[0] : texts;
}

function setValue(form, name, value) {
  const fields = fieldsOf(form).get(name);
  if (!fields) return;
  const chosen = new Set([].concat(value));
  fields.forEach((field, index) => {
    if (field.type === "checkbox") field.checked = fields.length === 1 ? value === true : chosen.has(field.value);
    else if (field.type === "radio") field.checked = field.value === value;
    else if (field.type === "select-multiple") choose(field, chosen);
    else field.value = Array.isArray(value) ? (value[index] ?? "") : value;
  });
  for (const kind of ["input", "change"]) fields[0].dispatchEvent(new Event(kind, { bubbles: true }));
}

function choose(field, chosen) {
  for (const option of field.options) option.selected = chosen.has(option.value);
}

/** The value as the form shows it: the words of choices, not their codes. */
function describe(form, name, value) {
  const fields = fieldsOf(form).get(name) ?? [];
  const word = (one) => {
    const option = fields.flatMap((field) => [...(field.options ?? [])]).find((found) => found.value === one);
    const box = fields.find((field) => /checkbox|radio/.test(field.type) && field.value === one);
    return (option?.text ?? box?.closest("label")?.textContent ?? String(one)).trim();
  };
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return [].concat(value).map(word).join(", ");
}

function labelOf(form, name) {
  const [field] = fieldsOf(form).get(name);
  const label = field.closest("fieldset")?.querySelector("legend") ?? field.labels?.[0];
  const words = [...(label?.childNodes ?? [])].find((node) => node instanceof Text && node.textContent.trim());
  return (words?.textContent ?? label?.textContent ?? name).trim();
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const shared = (values, others) => Object.keys(values).filter((name) => name in others).sort();
const within = (values, others) => shared(values, others).map((name) => values[name]);
const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);

// This device's storage; where it is closed to the page, the server alone keeps the draft

function slotOf(space, kind, key) {
  return `draft:${space}:${kind}/${key}`;
}

function slots() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith("draft:"));
  } catch {
    return [];
  }
}

function read(slot) {
  try {
    return JSON.parse(localStorage.getItem(slot));
  } catch {
    return null;
  }
}

function forget(slot) {
  try {
    localStorage.removeItem(slot);
  } catch {
    // Storage is closed to this page: there is nothing to forget.
  }
}

function keep(slot, copy) {
  const text = JSON.stringify(copy);
  for (const makeRoom of [() => {}, keepEssentialData, () => dropOldest(slot)]) {
    try {
      makeRoom();
      localStorage.setItem(slot, text);
      return;
    } catch {
      // Full: the next try has made room.
    }
  }
}

/** Remove everything but drafts, preferences and the state of the console. */
function keepEssentialData() {
  for (const name of Object.keys(localStorage)) if (!ESSENTIAL.test(name)) localStorage.removeItem(name);
}

/** Remove what the server has too, except `slot`. */
function dropOldest(slot) {
  for (const name of slots()) if (name !== slot && read(name)?.isSent) localStorage.removeItem(name);
}

/** Remove drafts that are too old, in this organization and for this person. */
function sweep(space) {
  const before = Date.now() - KEEP_DAYS * 86_400_000;
  for (const name of slots().filter((one) => one.startsWith(`draft:${space}:`))) {
    if (!(read(name)?.at > before)) localStorage.removeItem(name);
  }
}

function deviceId() {
  try {
    const known = localStorage.getItem("device") ?? uuid();
    localStorage.setItem("device", known);
    return known;
  } catch {
    return uuid();
  }
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

globalThis.drafts = Object.freeze({
  valuesOf,
  setValue,
  describe,
  labelOf,
  same,
  within,
  fill,
  slotOf,
  slots,
  read,
  keep,
  forget,
  sweep,
  deviceId,
  uuid,
});

"use strict";

const RETRY_AFTER = [["retry_after_seconds", "Retry-After, seconds", 5], ["http_date", "as a date", false]];
const GROUPS = [ // title -> [mode, label, [parameter, label, default] ...]
  ["Takes everything", [
    ["ok", "Works", []],
    ["slow", "Slow", [["delay_seconds", "seconds", 2]]],
  ]],
  ["Takes nothing", [
    ["500", "500 Error", []],
    ["503", "503 Down", RETRY_AFTER],
    ["429", "429 Too many", RETRY_AFTER],
    ["401", "401 Not you", []],
    ["404", "404 Not found", []],
    ["422", "422 Refused", []],
  ]],
  ["Does not answer", [
    ["hang", "Hangs", []],
    ["reset", "Cuts the connection", []],
    ["reset-after", "Takes, then cuts", []],
  ]],
  ["Fails sometimes", [
    ["fail-next-n", "Fails the next", [["n", "requests", 3], ["status", "with status", 503]]],
    ["random", "Fails at random", [["share", "share, 0 to 1", 0.5], ["status", "with status", 503]]],
  ]],
  ["Refuses a row", [["reject-one-row", "Rejects one row", [["key", "with the key", { order_id: 1 }]]]]],
];
const LABELS = new Map(GROUPS.flatMap(([, modes]) => modes.map(([name, label]) => [name, label])));
const COUNTS = [ // name in the summary, label, whether more than none is bad
  ["accepted", "accepted", false],
  ["duplicates", "came twice", false],
  ["reordered", "out of order", false],
  ["failed", "failed", false],
  ["rejected", "rejected", false],
  ["conflicting", "conflicting", true],
  ["missing", "missing", true],
];
const SHOWN = 30;

const byId = (id) => document.getElementById(id);
let arrived = [];
let next = 0;
let modes = [];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// A number that JavaScript would round, or write otherwise, is shown as it was sent (browsers without rawJSON round it).
function exactly(_, value, context) {
  if (typeof value !== "number" || !context || !context.source || !JSON.rawJSON) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
}

function short(value, length = 90) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > length ? text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "") + "…" : text;
}

const pairs = (object) => Object.entries(object || {}).map(([name, value]) => `${name} ${short(value)}`).join(", ");

async function ask(path, options) {
  const answer = await fetch("control/" + path, options);
  const body = JSON.parse(await answer.text(), exactly);
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

function showCounts(summary) {
  byId("counts").replaceChildren(...COUNTS.map(([name, label, isBad]) => {
    const box = element("div", undefined, isBad && summary[name] > 0 ? "bad" : "");
    box.append(element("dt", label), element("dd", summary[name].toLocaleString("en")));
    return box;
  }));
  const streams = Object.entries(summary.streams);
  byId("streams").textContent = streams
    .map(([stream, counts]) => `${stream}: ${counts.keys} rows, ${counts.accepted} of ${counts.received} accepted`)
    .join("  ·  ");
  const known = Array.from(byId("stream").options, (option) => option.value);
  for (const [stream] of streams) {
    if (!known.includes(stream)) {
      const option = element("option", stream);
      option.value = stream;
      byId("stream").append(option);
    }
  }
}

function arrivalRow(entry) {
  const row = element("tr", undefined, entry.accepted ? "" : "failed");
  const marks = [entry.duplicate && "twice", entry.reordered && "late", entry.conflicting && "conflicting"].filter(Boolean);
  const answer = entry.status === null ? "none" : String(entry.status);
  const data = entry.problem ? entry.problem : entry.data ? short(entry.data) : "";
  const cells = [
    entry.number, entry.time.slice(11, 23), short(entry.stream, 28), entry.operation ?? "", entry.version ?? "",
    marks.length ? `${answer} (${marks.join(", ")})` : answer, pairs(entry.key), data,
  ];
  row.append(...cells.map((text) => element("td", String(text))));
  return row;
}

function showArrivals() {
  byId("arrivals").hidden = arrived.length === 0;
  byId("arrivals-none").hidden = arrived.length > 0;
  byId("arrivals").tBodies[0].replaceChildren(...arrived.slice(-SHOWN).reverse().map(arrivalRow));
}

function showOddities(entries) {
  for (const [id, has] of [["twice", (e) => e.duplicate || e.conflicting], ["late", (e) => e.reordered]]) {
    const found = entries.filter(has).slice(0, 10);
    byId(id).replaceChildren(...found.map((e) => {
      const text = `#${e.number} ${e.stream} ${pairs(e.key)}, version ${e.version}`;
      return e.conflicting ? element("li", text + ", with another content", "wrong") : element("li", text);
    }));
    if (found.length === 0) byId(id).append(element("li", "None.", "none"));
  }
}

function difference(expected, there) {
  if (there === null) return "it is not here";
  if (expected === null) return "it was deleted, but is still here";
  const names = Object.keys({ ...expected, ...there }).filter((n) => JSON.stringify(expected[n]) !== JSON.stringify(there[n]));
  const side = (row, name) => (row[name] === undefined ? "nothing" : short(row[name]));
  return names.map((n) => `${n} should be ${side(expected, n)}, is ${side(there, n)}`).join("; ");
}

function showMissing(missing, count) {
  byId("missing-none").hidden = count > 0;
  const shown = missing.slice(0, 10);
  byId("missing").replaceChildren(...shown.map((told) =>
    element("li", `${told.stream} ${pairs(told.key)}: ${difference(told.expected, told.there)}`)));
  if (count > shown.length) byId("missing").append(element("li", `and ${count - shown.length} more`, "none"));
}

function showMode(told) {
  if (JSON.stringify(told.modes) === JSON.stringify(modes)) return; // a screen reader would read it out each second
  modes = told.modes;
  byId("mode").replaceChildren(...modes.map(({ stream, mode, ...parameters }) => {
    const details = Object.keys(parameters).length ? ` (${pairs(parameters)})` : "";
    return element("li", `${stream === null ? "Now" : "Now, for " + stream}: ${LABELS.get(mode)}${details}`);
  }));
  pressButtons();
}

function pressButtons() {
  const stream = byId("stream").value || null;
  const inForce = modes.find((mode) => mode.stream === stream) || modes.find((mode) => mode.stream === null);
  for (const button of byId("modes").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === inForce?.mode));
  }
}

function parameterLabel([parameter, label, value]) {
  const input = element("input");
  input.name = parameter;
  const made = element("label");
  if (typeof value === "boolean") {
    input.type = "checkbox";
    made.append(input, label);
  } else {
    input.value = JSON.stringify(value);
    made.append(label, input);
  }
  return made;
}

function parameterValue(input) {
  if (input.type === "checkbox") return input.checked;
  try {
    return JSON.parse(input.value);
  } catch {
    throw new Error(`${input.name} cannot be ${input.value}; write a number, or an object such as {"order_id": 1}`);
  }
}

function modeForm([name, label, parameters]) {
  const form = element("form");
  const button = element("button", label);
  button.dataset.mode = name;
  form.append(button, ...parameters.map(parameterLabel));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("mode-error").textContent = "";
    try {
      const told = { mode: name, stream: byId("stream").value || null };
      for (const input of form.querySelectorAll("input")) told[input.name] = parameterValue(input);
      showMode(await ask("mode", { method: "PUT", body: JSON.stringify(told) }));
    } catch (error) {
      byId("mode-error").textContent = error.message;
    }
  });
  return form;
}

function buildModes() {
  for (const [title, choices] of GROUPS) {
    const group = element("div", undefined, "group");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    const forms = element("div");
    forms.append(...choices.map(modeForm));
    group.append(element("span", title), forms);
    byId("modes").append(group);
  }
  byId("stream").addEventListener("change", pressButtons);
}

async function fetchArrivals(total) {
  if (total < next) [arrived, next] = [[], 0]; // it was reset
  next = Math.max(next, total - SHOWN);
  const page = await ask(`log?after=${next}&limit=1000`);
  arrived = arrived.concat(page.entries).slice(-SHOWN);
  next = page.next;
  return page.entries.length > 0 || arrived.length === 0;
}

async function refresh() {
  try {
    const summary = await ask("summary");
    showCounts(summary);
    if (await fetchArrivals(summary.received)) {
      showArrivals();
      showOddities(await ask("oddities"));
    }
    showMissing(summary.missing ? await ask("missing") : [], summary.missing);
    showMode(await ask("mode"));
    byId("connection").textContent = "";
  } catch (error) {
    byId("connection").textContent = `No news from the API (${error.message}); trying again.`;
  }
  setTimeout(refresh, 1000);
}

buildModes();
refresh();

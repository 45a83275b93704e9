"use strict";

const MODES = [
  ["ok", "Works", {}],
  ["slow", "Slow", { delay_seconds: "seconds" }],
  ["429", "429 Too many", { retry_after_seconds: "Retry-After" }],
  ["500", "500 Error", {}],
  ["503", "503 Down", { retry_after_seconds: "Retry-After" }],
  ["401", "401 Denied", {}],
  ["404", "404 Gone", {}],
  ["hang", "Hangs", {}],
  ["reset", "Cuts off", {}],
  ["reset-after", "Takes, then cuts off", {}],
  ["reject-one-row", "Rejects one row", { key: "key as JSON" }],
  ["fail-next-n", "Fails the next", { n: "requests" }],
  ["random", "Fails at random", { share: "share 0 to 1" }],
];
const DEFAULTS = { delay_seconds: "2", retry_after_seconds: "5", key: '{"order_id": 1}', n: "3", share: "0.5" };
const COUNTS = [
  ["accepted", "accepted"], ["duplicates", "came twice"], ["reordered", "out of order"],
  ["rejected", "rejected"], ["failed", "failed"], ["missing", "missing"],
];
const SHOWN = 30;

const byId = (id) => document.getElementById(id);
let arrived = [];
let next = null;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function short(value, length = 90) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined ? "" : text.length > length ? text.slice(0, length) + "…" : text;
}

async function ask(path, options) {
  const answer = await fetch("control/" + path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

function showCounts(summary) {
  byId("counts").replaceChildren(...COUNTS.map(([name, label]) => {
    const box = element("div", undefined, name === "missing" && summary.missing ? "bad" : "");
    box.append(element("dt", label), element("dd", String(summary[name])));
    return box;
  }));
}

function showArrivals() {
  byId("arrivals").hidden = arrived.length === 0;
  byId("arrivals-none").hidden = arrived.length > 0;
  const rows = arrived.slice(-SHOWN).reverse().map((entry) => {
    const row = element("tr", undefined, entry.accepted ? "" : "failed");
    const answer = entry.status === null ? "none" : String(entry.status);
    const marks = [entry.duplicate && "twice", entry.reordered && "late"].filter(Boolean).join(", ");
    const cells = [entry.number, (entry.time || "").slice(11, 23), entry.stream, entry.operation, short(entry.key),
      entry.version, marks ? `${answer} (${marks})` : answer, short(entry.data)];
    row.append(...cells.map((text) => element("td", text === null || text === undefined ? "" : String(text))));
    return row;
  });
  byId("arrivals").tBodies[0].replaceChildren(...rows);
  for (const [id, mark] of [["twice", "duplicate"], ["late", "reordered"]]) {
    const found = arrived.filter((entry) => entry[mark]).slice(-10).reverse();
    byId(id).replaceChildren(...found.map((e) => element("li", `#${e.number} ${e.stream} ${short(e.key)} version ${e.version}`)));
    if (found.length === 0) byId(id).append(element("li", "none", "none"));
  }
}

function showMissing(missing) {
  byId("missing-none").hidden = missing.length > 0;
  byId("missing").replaceChildren(...missing.slice(0, 20).map((told) =>
    element("li", `${told.stream} ${short(told.key)}: expected ${short(told.expected)}, there is ${short(told.there)}`)));
}

function showMode(told) {
  const all = told.modes.map((mode) => {
    const { stream, mode: name, ...parameters } = mode;
    const label = (MODES.find(([known]) => known === name) || [name, name])[1];
    const text = Object.keys(parameters).length ? `${label} ${JSON.stringify(parameters)}` : label;
    return stream === null ? text : `${stream}: ${text}`;
  });
  byId("mode").textContent = all.join("; ");
  for (const button of byId("modes").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(told.modes.some((mode) => mode.mode === button.dataset.mode)));
  }
}

function buildModes() {
  for (const [name, label, parameters] of MODES) {
    const form = element("form", undefined, "mode");
    const button = element("button", label);
    button.dataset.mode = name;
    form.append(button);
    for (const [parameter, hint] of Object.entries(parameters)) {
      const input = element("input");
      input.name = parameter;
      input.value = DEFAULTS[parameter];
      const text = element("label", hint + " ");
      text.append(input);
      form.append(text);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      byId("mode-error").textContent = "";
      try {
        const told = { mode: name };
        for (const input of form.querySelectorAll("input")) told[input.name] = JSON.parse(input.value);
        showMode(await ask("mode", { method: "PUT", body: JSON.stringify(told) }));
      } catch (error) {
        byId("mode-error").textContent = error.message;
      }
    });
    byId("modes").append(form);
  }
}

async function refresh() {
  try {
    const summary = await ask("summary");
    if (next === null) next = Math.max(0, summary.received - 500);
    for (;;) {
      const page = await ask(`log?after=${next}&limit=500`);
      if (page.total < next) { arrived = []; next = 0; continue; }
      arrived = arrived.concat(page.entries).slice(-500);
      next = page.next;
      if (next >= page.total) break;
    }
    showCounts(summary);
    showArrivals();
    showMissing(await ask("missing"));
    showMode(await ask("mode"));
    byId("connection").textContent = "";
  } catch (error) {
    byId("connection").textContent = "The API does not answer; trying again.";
  }
  setTimeout(refresh, 1000);
}

buildModes();
refresh();

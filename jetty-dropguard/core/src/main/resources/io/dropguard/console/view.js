// What is shown, and nothing of how it comes here. Text goes into text nodes only.
export const $ = id => document.getElementById(id);

const PHASES = ["handshaking", "idle", "reading_headers", "reading_body", "computing", "writing", "lingering"];
const words = name => name.replaceAll("_", " ");
// The kernel tells a client that does not read from one that is gone.
const doing = c => words(c.phase) + (c.peer === "responsive" ? "" : `, client ${words(c.peer)}`);

export const count = number => number.toLocaleString("en");

export function time(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7200000) return `${Math.floor(ms / 60000)} min`;
  if (ms < 172800000) return `${Math.floor(ms / 3600000)} h`;
  return `${Math.floor(ms / 86400000)} d`;
}

export function bytes(number) {
  if (number < 1024) return `${number} B`;
  let scaled = number;
  for (const unit of ["KiB", "MiB", "GiB", "TiB"]) {
    scaled /= 1024;
    if (scaled < 1024 || unit === "TiB") return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${unit}`;
  }
}

// Only what has changed is written, so that selections and screen readers are left in peace.
function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

export function figures(view) {
  const s = view.statistics;
  text($("figure-count"), count(view.count));
  text($("figure-stuck"), count(view.stuck));
  $("tile-stuck").classList.toggle("some", view.stuck > 0);
  text($("figure-active"), count(s.active));
  text($("figure-lost"), count(s.lost));
  text($("note-lost"), Object.entries(s.losses).filter(([, n]) => n > 0)
    .map(([signal, n]) => `${words(signal)} ${count(n)}`).join(", "));
  text($("figure-ran-on"), time(s.ran_on_ms));
  text($("note-ran-on"), s.in_vain > 0 ? `${count(s.in_vain)} still at it` : "");
  text($("figure-interrupts"), count(s.interrupts));
  text($("figure-deadlines"), count(s.deadlines));
  text($("figure-heartbeats"), count(s.heartbeats));
  const endStuck = $("end-stuck");
  endStuck.disabled = view.stuck === 0;
  text(endStuck, view.stuck > 0 ? `Shut down ${count(view.stuck)} stuck` : "Nothing is stuck");
}

// ---- phases: how many are in each, and a button to see these alone

const chips = new Map();
const shares = new Map();

export function makePhases(onChange) {
  for (const phase of PHASES) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.dataset.phase = phase;
    chip.setAttribute("aria-pressed", "false");
    const number = document.createElement("b");
    chip.append(document.createElement("i"), words(phase), number);
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      onChange([...chips].filter(([, c]) => c.chip.getAttribute("aria-pressed") === "true").map(([name]) => name));
    });
    $("phases").append(chip);
    chips.set(phase, { chip, number });
    const share = document.createElement("i");
    share.dataset.phase = phase;
    $("share").append(share);
    shares.set(phase, share);
  }
}

export function phases(counts) {
  for (const [phase, { chip, number }] of chips) {
    const n = counts[phase] ?? 0;
    text(number, count(n));
    chip.classList.toggle("none", n === 0);
    const share = shares.get(phase);
    share.hidden = n === 0;
    share.style.flexGrow = String(n);
  }
}

// ---- rows

const rows = new Map();

function makeRow(connection, actions) {
  const row = $("row").content.firstElementChild.cloneNode(true);
  const made = { row, connection };
  row.querySelector(".open").addEventListener("click", () => actions.open(made.connection.id));
  row.querySelector(".end").addEventListener("click", () => actions.end(made.connection));
  rows.set(connection.id, made);
  return made;
}

function marks(c) {
  return (c.stuck ? ", stuck" : "") + (c.shut_down ? ", shut down" : "");
}

function fill(made, c) {
  const { row } = made;
  made.connection = c;
  row.classList.toggle("stuck", c.stuck);
  row.classList.toggle("ended", c.shut_down);
  row.dataset.phase = c.phase;
  row.dataset.id = String(c.id);
  const cell = selector => row.querySelector(selector);
  text(cell(".open span"), doing(c));
  cell(".open").setAttribute("aria-label", `Connection ${c.id}, ${doing(c)}${marks(c)}: details`);
  cell(".end").disabled = c.shut_down; // and waits for the end of its work
  cell(".end").setAttribute("aria-label", `Shut down connection ${c.id}`);
  text(cell(".in-phase"), time(c.in_phase_ms));
  text(cell(".age"), time(c.age_ms));
  text(cell(".remote bdi"), c.remote ?? "–");
  text(cell(".remote small"), c.protocol);
  text(cell(".request bdi"), request(c));
  cell(".request").title = request(c);
  text(cell(".requests"), count(c.requests));
  text(cell(".read"), bytes(c.bytes_read));
  text(cell(".written"), bytes(c.bytes_written));
}

export function request(c) {
  if (!c.method) return "";
  return `${c.method} ${c.path ?? ""}${c.streams > 1 ? ` and ${c.streams - 1} more` : ""}`;
}

export function connections(view, actions) {
  const body = $("rows");
  const known = new Set(view.connections.map(c => c.id));
  for (const [id, { row }] of rows) {
    if (known.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  // While somebody is about to press a button no row moves away from under the hand.
  const held = body.matches(":hover") || body.contains(document.activeElement);
  let place = body.firstElementChild;
  for (const connection of view.connections) {
    const isNew = !rows.has(connection.id);
    const made = rows.get(connection.id) ?? makeRow(connection, actions);
    fill(made, connection);
    if (held) {
      if (isNew) body.append(made.row);
    } else if (made.row === place) place = place.nextElementSibling;
    else body.insertBefore(made.row, place);
  }
  const hidden = view.matching - view.connections.length;
  text($("more"), view.matching === 0 ? (view.count === 0 ? "There is no connection." : "No connection matches.")
    : hidden > 0 ? `and ${count(hidden)} more: filter or sort to see them` : "");
}

// ---- one connection

export function detail(c) {
  text($("detail-title"), `Connection ${c.id}${marks(c)}`);
  const facts = [
    ["Phase", `${doing(c)} for ${time(c.in_phase_ms)}`], ["Request", request(c) || "none"],
    ["Client", c.remote ?? "–"], ["Server", c.local ?? "–"], ["Protocol", c.protocol],
    ["Age", time(c.age_ms)], ["Requests", count(c.requests)], ["Under way", count(c.streams)],
    ["Read", bytes(c.bytes_read)], ["Written", bytes(c.bytes_written)], ["Thread", c.thread ?? "none"]];
  const list = $("detail-facts");
  if (list.childElementCount !== facts.length) {
    list.replaceChildren(...facts.map(([name]) => {
      const fact = document.createElement("div");
      const term = document.createElement("dt");
      term.textContent = name;
      fact.append(term, document.createElement("dd"));
      return fact;
    }));
  }
  facts.forEach(([, value], i) => text(list.children[i].lastElementChild, value));
  const stack = c.stack.join("\n");
  text($("detail-stack"), stack || "No thread works for it now.");
}

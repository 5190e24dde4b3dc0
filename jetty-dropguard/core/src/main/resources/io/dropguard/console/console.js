// Fetches and sends; view.js shows.
import { Chart } from "./chart.js";
import * as view from "./view.js";

const { $ } = view;
const chart = new Chart($("chart"), $("chart-caption"));
const query = { filter: "", phase: [], sort: "" };
let bearer = sessionStorage.getItem("dropguard-token");
let pageToken = null;
let watching = null; // an AbortController
let shown = null; // the id in the dialog
let paused = false;

class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  const response = await fetch(path, { ...options, headers, cache: "no-store" });
  if (response.ok || response.status === 409) return response;
  throw new Refused(response.status, (await response.text()).trim());
}

// ---- live

function state(name, words) {
  $("state").dataset.state = name;
  if ($("state").textContent !== words) $("state").textContent = words;
}

function parameters() {
  const given = new URLSearchParams();
  if (query.filter) given.set("filter", query.filter);
  if (query.phase.length) given.set("phase", query.phase.join(","));
  if (query.sort) given.set("sort", query.sort);
  return given.toString();
}

// EventSource cannot send a token, so the stream is read by hand.
async function* events(signal) {
  const response = await ask(`events?${parameters()}`, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    unread += value;
    const blocks = unread.split("\n\n");
    unread = blocks.pop();
    for (const block of blocks) {
      const [first, second] = block.split("\n");
      yield { name: first.slice("event: ".length), data: JSON.parse(second.slice("data: ".length)) };
    }
  }
}

function show(name, data) {
  if (name === "history") {
    chart.begin(data);
    return;
  }
  if (data.sample) chart.add(data.sample);
  view.figures(data);
  view.phases(data.phases);
  view.connections(data, { open, end: endOne });
  document.title = data.stuck > 0 ? `(${data.stuck}) DropGuard` : "DropGuard";
}

async function watch() {
  watching?.abort();
  const mine = new AbortController();
  watching = mine;
  while (!mine.signal.aborted && !paused) {
    try {
      for await (const event of events(mine.signal)) {
        if (mine.signal.aborted) return;
        state("live", "live");
        show(event.name, event.data);
      }
    } catch (failure) {
      if (mine.signal.aborted) return;
      if (failure.status === 401) {
        login();
        return;
      }
      state("lost", failure instanceof Refused ? failure.message : "not connected, trying again");
    }
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}

function login() {
  state("waiting", "a token is needed");
  if (!$("login").open) $("login").showModal();
}

// ---- ending

let noticeTimer = 0;
function notice(words) {
  $("notice").textContent = words;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { $("notice").textContent = ""; }, 6000);
}

async function send(path, onEnded) {
  try {
    pageToken ??= (await (await ask("token")).text()).trim();
    const response = await ask(path, { method: "DELETE", headers: { "X-DropGuard-Token": pageToken } });
    onEnded((await response.json()).ended);
  } catch (failure) {
    pageToken = null; // the server may have started anew
    if (failure.status === 401) login();
    else notice(failure instanceof Refused ? `Not done: ${failure.message}` : "Not done: the server does not answer");
  }
}

function endOne(connection) {
  return send(`connections/${connection.id}?epoch=${connection.epoch}`, ended => notice(ended > 0
    ? `Connection ${connection.id} is shut down`
    : `Connection ${connection.id} has moved on meanwhile and is left alone`));
}

const endMany = choice => send(`connections?${choice}`, ended =>
  notice(ended === 1 ? "One connection is shut down" : `${view.count(ended)} connections are shut down`));

function confirm(words, onYes) {
  $("confirm-text").textContent = words;
  $("confirm-yes").onclick = () => {
    $("confirm").close();
    onYes();
  };
  $("confirm").showModal();
}

// ---- one connection

async function refreshDetail() {
  if (shown === null) return;
  try {
    const connection = await (await ask(`connections/${shown}`)).json();
    view.detail(connection);
    $("detail-end").disabled = false;
    $("detail-end").onclick = () => endOne(connection);
    const host = connection.remote?.replace(/:\d+$/, "");
    $("detail-end-remote").hidden = !host;
    $("detail-end-remote").onclick = () => confirm(`Shut down every connection of ${host}?`,
      () => endMany(`remote=${encodeURIComponent(host)}`));
  } catch (failure) {
    $("detail-title").textContent = failure.status === 404 ? `Connection ${shown} is gone` : "Not connected";
    $("detail-end").disabled = true;
  }
}

function open(id) {
  shown = id;
  refreshDetail();
  $("detail").showModal();
}

$("detail").addEventListener("close", () => { shown = null; });
setInterval(refreshDetail, 1000);

// ---- controls

function sortBy(order) {
  query.sort = order;
  $("order").value = order;
  for (const head of document.querySelectorAll("th[data-sort]")) {
    const key = head.dataset.sort;
    if (order === key) head.setAttribute("aria-sort", "ascending");
    else if (order === `-${key}`) head.setAttribute("aria-sort", "descending");
    else head.removeAttribute("aria-sort");
  }
  watch();
}

for (const head of document.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.addEventListener("click", () => {
    const { sort, first } = head.dataset;
    const other = first.startsWith("-") ? sort : `-${sort}`;
    sortBy(query.sort === first ? other : query.sort === other ? "" : first);
  });
  head.replaceChildren(button);
}
$("order").addEventListener("change", () => sortBy($("order").value));

let typing = 0;
$("filter").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    query.filter = $("filter").value;
    watch();
  }, 200);
});
view.makePhases(phases => {
  query.phase = phases;
  watch();
});

function pause() {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  if (paused) {
    watching?.abort();
    state("waiting", "paused");
  } else watch();
}
$("pause").addEventListener("click", pause);

$("end-stuck").addEventListener("click", () =>
  confirm(`${$("end-stuck").textContent}? Those that recover first are left alone.`, () => endMany("stuck=true")));

for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());

function tryToken() {
  bearer = $("login-token").value.trim();
  $("login-token").value = "";
  sessionStorage.setItem("dropguard-token", bearer);
  $("login").close();
  watch();
}
$("login-go").addEventListener("click", tryToken);
$("login-token").addEventListener("keydown", event => { if (event.key === "Enter") tryToken(); });

document.addEventListener("keydown", event => {
  if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    $("filter").focus();
  } else if (event.key === "p") pause();
});

$("host").textContent = location.host;
watch();

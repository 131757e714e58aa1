// All content from the registry becomes text nodes, never markup.
import { difference } from "./difference.js";

const subjects = document.getElementById("subjects");
const detail = document.getElementById("detail");
const filter = document.getElementById("filter");
let names = [];

function element(tag, text, className) {
  const created = document.createElement(tag);
  if (text !== undefined) created.textContent = text;
  if (className) created.className = className;
  return created;
}

function link(text, ...steps) {
  const created = element("a", text);
  created.href = "#" + steps.map(encodeURIComponent).join("/");
  return created;
}

/** The path in the address: subject, version, and another version to compare with. */
function path() {
  return location.hash.slice(1).split("/").map(decodeURIComponent);
}

async function request(...steps) {
  const response = await fetch("/" + steps.map(encodeURIComponent).join("/"), {
    headers: { Accept: "application/vnd.schemaregistry.v1+json" },
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message || "HTTP " + response.status);
  return body;
}

function lines(version) {
  return JSON.stringify(JSON.parse(version.schema), null, 2).split("\n");
}

function text(marked) {
  const pre = element("pre");
  for (const { mark, line } of marked) {
    pre.append(element("span", mark + " " + line, { "+": "added", "-": "removed" }[mark]));
  }
  return pre;
}

function showSubjects(chosen) {
  const wanted = filter.value.toLowerCase();
  const shown = names.filter((name) => name.toLowerCase().includes(wanted));
  subjects.replaceChildren(
    element("p", shown.length + " of " + names.length + " subjects"),
    ...shown.map((name) => {
      const created = link(name, name);
      if (name === chosen) created.className = "chosen";
      return created;
    }),
  );
}

function tableOf(subject, numbers, shown) {
  const table = element("table");
  const row = table.insertRow();
  row.append(element("th", "version"), element("th", "difference from"));
  for (const number of [...numbers].reverse()) {
    const cells = table.insertRow();
    cells.insertCell().append(number === shown ? element("strong", number) : link(number, subject, number));
    const before = numbers[numbers.indexOf(number) - 1];
    cells.insertCell().append(before === undefined ? "" : link(before, subject, before, number));
  }
  return table;
}

function chooser(subject, numbers, first, second) {
  const form = element("p", "Difference from ");
  const select = (value) => {
    const created = element("select");
    for (const number of numbers) created.append(new Option(number, number, false, number === value));
    form.append(created);
    return created;
  };
  const from = select(first);
  form.append(" to ");
  const to = select(second);
  const go = () => { location.hash = [subject, from.value, to.value].map(encodeURIComponent).join("/"); };
  from.addEventListener("change", go);
  to.addEventListener("change", go);
  return form;
}

async function showDetail(subject, first, second) {
  const numbers = await request("subjects", subject, "versions");
  const latest = numbers[numbers.length - 1];
  const shown = Number(second || first || latest);
  const version = await request("subjects", subject, "versions", String(shown));
  const parts = [element("h2", subject), tableOf(subject, numbers, shown)];
  if (numbers.length > 1) {
    parts.push(chooser(subject, numbers, Number(first || numbers[0]), shown));
  }
  parts.push(element("p", "Version " + version.version + ", id " + version.id));
  for (const reference of version.references || []) {
    const used = element("p", "uses " + reference.name + " of ");
    used.append(link(reference.subject + " version " + reference.version, reference.subject, reference.version));
    parts.push(used);
  }
  if (second) {
    const before = await request("subjects", subject, "versions", first);
    parts.push(text(difference(lines(before), lines(version))));
  } else {
    parts.push(text(lines(version).map((line) => ({ mark: " ", line }))));
  }
  return parts;
}

async function show() {
  try {
    const [subject, first, second] = path();
    names = await request("subjects");
    showSubjects(subject);
    const parts = subject ? await showDetail(subject, first, second) : [element("p", "Choose a subject.")];
    detail.replaceChildren(...parts);
  } catch (e) {
    detail.replaceChildren(element("p", e.message, "error"));
  }
}

filter.addEventListener("input", () => showSubjects(path()[0]));
window.addEventListener("hashchange", show);
show();

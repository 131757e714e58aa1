import { el, Panel } from "./dom.js";

const QUERY = "select table_schema, table_name, column_name, data_type from information_schema.columns"
  + " where table_catalog = 'memory' order by table_schema = 'statistics', table_schema, table_name, ordinal_position";

/** Shows the tables and their columns. A press on a name writes it into the editor. */
export class SchemaPanel extends Panel {
  #api;

  constructor(api) {
    super("schema");
    this.#api = api;
  }

  async refresh() {
    let columns;
    try {
      const answer = await this.#api.query({ sql: QUERY, archived_only: true }, "json");
      columns = await answer.json();
    } catch (problem) {
      this.failed(problem);
      return;
    }
    const tables = Map.groupBy(columns, (column) => column.table_schema + "." + column.table_name);
    if (tables.size === 0) {
      this.empty("There are no tables yet.");
      return;
    }
    this.full();
    this.body.replaceChildren(...[...tables].map(([name, members]) => el("details", {},
      el("summary", { textContent: name }),
      el("ul", {}, el("li", {}, nameButton(name)), ...members.flatMap((column) => fields(column.column_name, column.data_type))))));
  }
}

function fields(path, type) {
  const inner = structFields(type);
  return inner === null
    ? [el("li", {}, nameButton(path), el("span", { className: "quiet", textContent: " " + type.toLowerCase() }))]
    : inner.flatMap(([name, fieldType]) => fields(path + "." + name, fieldType));
}

/** The fields of a type such as STRUCT(id VARCHAR, "time" BIGINT), or null. */
function structFields(type) {
  const match = /^STRUCT\((.*)\)$/s.exec(type);
  if (match === null) {
    return null;
  }
  const parts = [];
  let depth = 0;
  let quoted = false;
  let part = "";
  for (const letter of match[1]) {
    quoted = letter === '"' ? !quoted : quoted;
    depth += quoted ? 0 : letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (letter === "," && depth === 0 && !quoted) {
      parts.push(part);
      part = "";
    } else {
      part += letter;
    }
  }
  return [...parts, part].map((field) => {
    const [, quotedName, plainName, fieldType] = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/s.exec(field);
    return [quotedName ?? plainName, fieldType];
  });
}

function nameButton(name) {
  const button = el("button", { type: "button", className: "open", textContent: name, "aria-label": "Insert " + name });
  button.addEventListener("click", () => {
    const editor = document.getElementById("sql");
    editor.setRangeText(name, editor.selectionStart, editor.selectionEnd, "end");
    editor.focus();
  });
  return button;
}

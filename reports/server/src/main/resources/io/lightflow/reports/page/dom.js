/** Creates an element. The role and properties that begin with "aria-" or "data-" become attributes. Text is never parsed as markup. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.startsWith("aria-") || name.startsWith("data-")) {
      node.setAttribute(name, value);
    } else {
      node[name] = value;
    }
  }
  node.append(...children);
  return node;
}

/** Updates the page only on a change, so that nothing flickers and screen readers announce only changes. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setClass(node, name) {
  if (node.className !== name) {
    node.className = name;
  }
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

export function show(node, visible) {
  if (node.hidden === visible) {
    node.hidden = !visible;
  }
}

/**
 * Synchronizes the children of a node with the items. A child stays as long as the key of its item, and so keeps the focus.
 */
export function keyed(parent, items, key, make, update) {
  const focused = document.activeElement;
  const names = new Set(items.map((item) => String(key(item))));
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  there.forEach((child, name) => names.has(name) || child.remove());
  items.forEach((item, place) => {
    const name = String(key(item));
    let child = there.get(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    update(child, item, place);
    if (parent.children[place] !== child) {
      parent.insertBefore(child, parent.children[place] ?? null);
    }
  });
  // Moving an element removes its focus.
  if (focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

/**
 * Creates a table that becomes a list of cards on a narrow screen. Roles are explicit, because browsers drop them with the table layout.
 *
 * @param columns each with a title, and numeric for figures
 */
export function table(caption, columns) {
  const body = el("tbody", { role: "rowgroup" });
  const heads = columns.map((column) =>
    el("th", { role: "columnheader", scope: "col", className: column.numeric ? "numeric" : "", textContent: column.title }));
  const node = el("table", { role: "table" },
    el("caption", { className: "unseen", textContent: caption }),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    body);
  return { node, body };
}

export function row(columns) {
  return el("tr", { role: "row" }, ...columns.map((column) =>
    el(column.isName ? "th" : "td", {
      role: column.isName ? "rowheader" : "cell",
      ...(column.isName ? { scope: "row" } : {}),
      "data-title": column.title,
      className: column.numeric ? "numeric" : "",
    })));
}

/** Saves a file as a download. */
export function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Shows an error, a note that there is no data, or the body. The previous body stays visible below an error.
 *
 * The page has a section with the panel's id. Its data-title and its buttons and labels become the head, and data-empty is the first note.
 * Everything else stays behind error and note; a body among it is used.
 */
export class Panel {
  constructor(id) {
    this.node = document.getElementById(id);
    if (this.node.querySelector(".head") === null) {
      this.#build(id);
    }
    this.body = this.node.querySelector(".body");
    this.errorNode = this.node.querySelector(".error");
    this.emptyNode = this.node.querySelector(".empty");
    this.asOfNode = this.node.querySelector(".as-of");
  }

  #build(id) {
    const { title, empty } = this.node.dataset;
    const controls = [...this.node.children].filter((child) => child.matches("button, label"));
    const body = this.node.querySelector(".body") === null ? [el("div", { className: "body", hidden: true })] : [];
    this.node.setAttribute("aria-labelledby", id + "-title");
    this.node.prepend(
      el("div", { className: "head" },
        el("h2", { id: id + "-title", tabIndex: -1, textContent: title }), ...controls, el("p", { className: "as-of" })),
      el("p", { className: "error", role: "alert", hidden: true }),
      el("p", { className: "empty quiet", textContent: empty ?? "Loading …" }),
      ...body);
  }

  full() {
    this.#state("", "");
    show(this.body, true);
  }

  empty(text) {
    this.#state("", text);
    show(this.body, false);
  }

  failed(problem) {
    this.#state(problem.message, "");
  }

  #state(error, empty) {
    setText(this.errorNode, error);
    show(this.errorNode, error !== "");
    setText(this.emptyNode, empty);
    show(this.emptyNode, empty !== "");
  }
}

/** Makes an element. Properties that begin with "aria-" or "data-", and role, become attributes; text is never read as markup. */
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

/** Touches the page only if something has changed, so that nothing flickers and no screen reader speaks for nothing. */
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
 * Makes the children of a node those of the items, in their order. A child stays as long as its item's key does, and so
 * keeps the focus.
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
  // Whoever is moved loses it.
  if (focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

/**
 * A table that becomes a list of cards on a narrow screen. Roles are told as well: a browser forgets them with the layout.
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

/** Shows one of: what went wrong, that nothing is there, the body. The body of before stays below an error. */
export class Panel {
  constructor(id) {
    this.node = document.getElementById(id);
    this.body = this.node.querySelector(".body");
    this.errorNode = this.node.querySelector(".error");
    this.emptyNode = this.node.querySelector(".empty");
    this.asOfNode = this.node.querySelector(".as-of");
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

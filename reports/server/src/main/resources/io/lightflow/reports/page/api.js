const TIMEOUT_MS = 10_000;

/** An error response. The message is for people. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends requests with one account's token. */
export class Api {
  #token;
  #end = new AbortController();
  #clockAheadMs = 0;

  /** @param token null if the server has no accounts */
  constructor(token) {
    this.#token = token;
  }

  /** The server's time, accurate to a second. */
  now() {
    return Date.now() + this.#clockAheadMs;
  }

  /** Discards pending responses. */
  close() {
    this.#end.abort();
  }

  get isClosed() {
    return this.#end.signal.aborted;
  }

  get(path, parameters = {}) {
    const query = new URLSearchParams(parameters).toString();
    return this.#send("GET", path + (query ? "?" + query : ""));
  }

  post(path) {
    return this.#send("POST", path);
  }

  async #send(method, path) {
    let response;
    let text;
    try {
      response = await fetch(path, {
        method,
        headers: this.#token === null ? {} : { Authorization: "Bearer " + this.#token },
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      text = await response.text();
    } catch (e) {
      throw new Problem(0, e.name === "TimeoutError"
        ? "The server did not respond within " + TIMEOUT_MS / 1000 + " s."
        : "The server is unreachable.");
    }
    const date = Date.parse(response.headers.get("Date"));
    if (!Number.isNaN(date)) {
      this.#clockAheadMs = date - Math.floor(Date.now() / 1000) * 1000;
    }
    const body = parsed(text);
    if (!response.ok) {
      throw new Problem(response.status, sentence(body?.detail ? body.title + ": " + body.detail
        : "The server responded with the status " + response.status));
    }
    return body;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

const TIMEOUT_MS = 10_000;

/** An error response. The message is for people. */
export class Problem extends Error {
  /** @param problem the body of the response (RFC 9457), or null */
  constructor(status, message, problem = null) {
    super(message);
    this.status = status;
    this.type = problem?.type ?? "";
    this.errors = problem?.errors ?? [];
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

  /** @param body JSON, or null for none */
  post(path, body = null) {
    return this.#send("POST", path, body);
  }

  /** Merges JSON into the version that the page knows. */
  patch(path, body, version) {
    return this.#send("PATCH", path, body, { "If-Match": "\"" + version + "\"" });
  }

  /** Replaces the version that the page knows. */
  put(path, body, version) {
    return this.#send("PUT", path, body, { "If-Match": "\"" + version + "\"" });
  }

  /** @param version null for any */
  delete(path, version = null) {
    return this.#send("DELETE", path, null, version === null ? {} : { "If-Match": "\"" + version + "\"" });
  }

  /**
   * Runs a query over events. There is no time limit but the server's.
   *
   * @param signal cancels it
   * @returns the response, which holds the result
   */
  query(query, format, signal = null) {
    const ends = signal === null ? [this.#end.signal] : [this.#end.signal, signal];
    return this.#fetch("POST", "v1/sql?format=" + format, ends, JSON.stringify(query));
  }

  /** Downloads a file. There is no time limit but the server's. */
  async file(path, parameters) {
    return (await this.#fetch("GET", path + "?" + new URLSearchParams(parameters), [this.#end.signal])).blob();
  }

  /** Asks about events. There is no time limit but the server's. */
  async events(path, parameters = {}) {
    return (await this.#fetch("GET", path + "?" + new URLSearchParams(parameters), [this.#end.signal])).json();
  }

  /** Follows the events with an id. */
  why(id) {
    return this.events("v1/why/" + encodeURIComponent(id));
  }

  async #send(method, path, body = null, headers = {}) {
    const response = await this.#fetch(method, path, [this.#end.signal, AbortSignal.timeout(TIMEOUT_MS)], body, headers);
    try {
      return parsed(await response.text());
    } catch (e) {
      throw unreachable(e);
    }
  }

  /** @returns a response with a good status; others become a Problem */
  async #fetch(method, path, ends, body = null, headers = {}) {
    let response;
    try {
      response = await fetch(path, {
        method,
        headers: {
          ...headers,
          ...(this.#token === null ? {} : { Authorization: "Bearer " + this.#token }),
          ...(body === null ? {} : { "Content-Type": "application/json" }),
        },
        body,
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.any(ends),
      });
      const date = Date.parse(response.headers.get("Date"));
      if (!Number.isNaN(date)) {
        this.#clockAheadMs = date - Math.floor(Date.now() / 1000) * 1000;
      }
      if (response.ok) {
        return response;
      }
      const problem = parsed(await response.text());
      throw new Problem(response.status, sentence(problem?.detail ? problem.title + ": " + problem.detail
        : "The server responded with the status " + response.status), problem);
    } catch (e) {
      throw e instanceof Problem ? e : unreachable(e);
    }
  }
}

function unreachable(cause) {
  return new Problem(0, cause.name === "TimeoutError" ? "The server did not respond within " + TIMEOUT_MS / 1000 + " s."
    : cause.name === "AbortError" ? "The request was cancelled."
      : "The server is unreachable.");
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

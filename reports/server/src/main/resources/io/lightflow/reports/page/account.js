import { Api } from "./api.js";
import { session } from "./session.js";
import { setText, show } from "./dom.js";

const MESSAGE = "lightflow.message";
const byId = (id) => document.getElementById(id);
const needsToken = document.documentElement.dataset.accounts === "required";

let leave = () => {};

/** Announces a message to screen readers, once and politely. */
export function say(text) {
  setText(byId("notice"), text);
}

/** Logs out. Reloading the page removes all data of the previous account. */
export function logOut(message) {
  session.forget();
  leave();
  sessionStorage.setItem(MESSAGE, message);
  location.replace(location.pathname);
}

/**
 * Opens the page for one account, after a login if the server has accounts.
 *
 * @param open receives the Api and the account, and may return a promise; close is called at the logout
 */
export async function enter({ open, close }) {
  leave = close;
  addListeners(open);
  const message = sessionStorage.getItem(MESSAGE) ?? "";
  sessionStorage.removeItem(MESSAGE);
  if (needsToken && session.token() === null) {
    askForToken(message);
    return;
  }
  try {
    await logIn(needsToken ? session.token() : null, open);
  } catch (problem) {
    if (needsToken && (problem.status === 401 || problem.status === 403)) {
      session.forget();
      askForToken(problem.status === 401 ? "The token is no longer valid." : problem.message);
    } else {
      setText(byId("loading"), problem.message + " Reload the page to retry.");
      byId("loading").className = "error";
    }
  }
}

/** Leads to the dashboard, which tells why a log-in with the provider failed. */
export function rejectLogin(message) {
  sessionStorage.setItem(MESSAGE, message);
  location.replace("./");
}

/** Leaves for the provider, which sends the browser to the page /login. */
async function leaveForProvider() {
  const { url, state, nonce, verifier } = await new Api(null).get("v1/login");
  session.beginLogin({ state, nonce, verifier, page: location.href });
  location.assign(url);
}

async function logIn(token, open) {
  const api = new Api(token);
  const me = await api.get("v1/me");
  if (token !== null) {
    session.keep(token);
  }
  setText(byId("account"), needsToken ? me.name + ", " + me.role + (me.advertiser ? " of " + me.advertiser : "") : "");
  show(byId("account"), needsToken);
  show(byId("logout"), needsToken);
  // The page Health is about all advertisers.
  document.querySelectorAll("#bar nav a[href='./health']").forEach((link) => show(link, !me.advertiser));
  show(byId("loading"), false);
  show(byId("login"), false);
  show(byId("session"), true);
  show(byId("content"), true);
  await open(api, { ...me, advertiser: me.advertiser ?? null });
}

function askForToken(message) {
  show(byId("loading"), false);
  show(byId("login"), true);
  setText(byId("login-error"), message);
  show(byId("login-error"), message !== "");
  byId("token").value = "";
  byId("token").focus();
}

function addListeners(open) {
  byId("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      await logIn(byId("token").value.trim(), open);
      // Whoever has begun to work meanwhile keeps the focus.
      const focused = document.activeElement;
      if (focused === document.body || byId("login").contains(focused)) {
        byId("main").focus();
      }
    } catch (problem) {
      askForToken(problem.status === 401 ? "This server does not know this token." : problem.message);
    } finally {
      button.disabled = false;
      byId("token").value = "";
    }
  });
  // Moves the focus without a link to an anchor, because the address has the state of the page.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  const provider = document.documentElement.dataset.provider;
  show(byId("provider"), provider !== "");
  setText(byId("provider"), "Log in with " + provider);
  byId("provider").addEventListener("click", async () => {
    try {
      await leaveForProvider();
    } catch (problem) {
      askForToken(problem.message);
    }
  });
  byId("logout").addEventListener("click", () => logOut(""));
}

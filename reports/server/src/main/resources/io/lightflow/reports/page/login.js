import { Api } from "./api.js";
import { rejectLogin } from "./account.js";
import { session } from "./session.js";

/** The provider sends the browser here, with a code that the server redeems for a token. */
async function finish() {
  const sent = new URLSearchParams(location.search);
  const begun = session.takeLogin();
  if (begun === null || sent.get("state") !== begun.state) {
    throw new Error("This log-in was not begun in this tab. Log in again.");
  }
  if (!sent.has("code")) {
    const reason = sent.get("error_description") ?? sent.get("error") ?? "no reason was given";
    throw new Error("The provider refused the log-in: " + reason + ".");
  }
  const { verifier, nonce } = begun;
  const { token } = await new Api(null).post("v1/login", JSON.stringify({ code: sent.get("code"), verifier, nonce }));
  session.keep(token);
  location.replace(begun.page);
}

finish().catch((problem) => rejectLogin(problem.message));

const KEY = "lightflow.token";
const LOGIN = "lightflow.login";

/** Stores the token for as long as this tab is open. */
export const session = {
  token: () => sessionStorage.getItem(KEY),
  keep: (token) => sessionStorage.setItem(KEY, token),
  forget: () => sessionStorage.removeItem(KEY),

  /** Remembers a log-in while the provider has the browser. */
  beginLogin: (login) => sessionStorage.setItem(LOGIN, JSON.stringify(login)),

  /** @returns the log-in that was begun in this tab, once; null without one */
  takeLogin() {
    const login = sessionStorage.getItem(LOGIN);
    sessionStorage.removeItem(LOGIN);
    return login === null ? null : JSON.parse(login);
  },
};

const KEY = "lightflow.token";

/** Stores the token for as long as this tab is open. */
export const session = {
  token: () => sessionStorage.getItem(KEY),
  keep: (token) => sessionStorage.setItem(KEY, token),
  forget: () => sessionStorage.removeItem(KEY),
};

/** The state of a page, in the part of the address that is not sent to the server: a link restores the view. */
export const address = {
  get: (name) => new URLSearchParams(location.hash.slice(1)).get(name),
  all: (name) => new URLSearchParams(location.hash.slice(1)).getAll(name),

  /** Changes some values, which fires "hashchange". Null or an empty list removes a value. */
  set(changes) {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, value] of Object.entries(changes)) {
      state.delete(name);
      (Array.isArray(value) ? value : value === null ? [] : [value]).forEach((one) => state.append(name, one));
    }
    location.hash = state.toString();
  },
};

// The reader's choices on this machine.

/** Remembers a choice, where the browser lets us: private windows may refuse, and then it lasts as long as the page. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* see above */
  }
}

/** The choice remembered, or null. */
export function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

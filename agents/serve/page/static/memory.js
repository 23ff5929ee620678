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

// Milliseconds without a look at the page, after which another visit begins: not with each reload.
const AWAY = 1_800_000;
const seen = Number(kept("seen"));
if (seen && Date.now() - seen > AWAY) keep("visited", seen);
addEventListener("visibilitychange", () => keep("seen", Date.now()));

/** When the visit before this one ended, in milliseconds; Infinity on the first, to which nothing is new. */
export const visited = Number(kept("visited")) || Infinity;

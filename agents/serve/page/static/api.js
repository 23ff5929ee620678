// The service's HTTP API. Errors come as `Problem`, so that a view can say what happened and what to do.

/** An answer that is no success, or none at all (`status` 0). */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
    this.detail = detail;
  }
}

const KEY = "access-key";

export const accessKey = {
  get: () => {
    try {
      return sessionStorage.getItem(KEY);
    } catch {
      return null;
    }
  },
  set: (key) => sessionStorage.setItem(KEY, key),
};

/** The headers of every request: with the reader's key where the service asks for one. */
export function headers(more = {}) {
  const key = accessKey.get();
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

/** The address of the API at `path` for who follows it without us (a feed reader, a new tab): the reader's key is in it. */
export function outside(path, query) {
  const search = new URLSearchParams(query ?? {});
  const key = accessKey.get();
  if (key) search.set("access_token", key);
  return address(path, search);
}

function address(path, query) {
  const search = new URLSearchParams(query ?? {}).toString();
  return search ? `${path}?${search}` : path;
}

/** The JSON at `path`. `query`: URLSearchParams or an object. Raises `Problem`; an abort goes through as it is. */
export async function get(path, query, signal) {
  return ask(address(path, query), { headers: headers({ Accept: "application/json" }), signal });
}

/** Sends `body`, if any, as JSON; returns the JSON of the answer, null when it has none. Raises `Problem`. */
export function send(method, path, body, more = {}) {
  return ask(path, {
    method,
    headers: headers({ Accept: "application/json", "Content-Type": "application/json", ...more }),
    body: body && JSON.stringify(body),
  });
}

async function ask(at, options) {
  let response;
  try {
    response = await fetch(at, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "");
  }
  if (!response.ok) throw await problem(response);
  return response.status === 204 ? null : response.json();
}

/** The `Problem` that a failed response tells. */
export async function problem(response) {
  try {
    const { detail, title } = await response.json();
    return new Problem(response.status, detail ?? title ?? "");
  } catch {
    return new Problem(response.status, "");
  }
}

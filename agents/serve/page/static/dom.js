// Building the page. Text goes in as text nodes only: nothing that an outlet wrote is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element: `el("p.lead", {title: "…"}, "text", child, …)`.
 * Attributes: a function is a listener (`onclick`), `true` a bare attribute, null and false are left out,
 * `vars` sets CSS custom properties. Children: nodes, strings, arrays of them; null and false are left out.
 */
export function el(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  return filled(document.createElement(tag), classes, attributes, children);
}

/** The same for SVG. */
export function svg(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  return filled(document.createElementNS(SVG, tag), classes, attributes, children);
}

function filled(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

/** Puts children (as in `el`) at the end of `element`. */
export function add(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Puts children in place of what `element` held. */
export function fill(element, ...children) {
  const fragment = document.createDocumentFragment();
  add(fragment, children);
  element.replaceChildren(fragment);
}

/** `action`, run once `wait` milliseconds have passed without another call. */
export function debounced(action, wait) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}

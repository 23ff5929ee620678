// A list of any length. Cards live in blocks; a block far from the view gives its cards up and keeps its height, so
// that ten thousand statements cost what a few screens of them do.

import { card } from "./card.js";
import { el } from "./dom.js";

const BLOCK = 30;
const NEAR = 1500;
// How high a card is taken to be until one was seen.
const GUESS = 140;

/** Gives `block` its cards again. */
function filled(block) {
  if (block.filled) return;
  block.filled = true;
  block.element.replaceChildren(...block.statements.map((statement) => card(statement)));
  block.element.style.removeProperty("block-size");
}

// On paper all of a list is seen at once.
addEventListener("beforeprint", () => {
  for (const { block } of document.querySelectorAll(".block")) filled(block);
});

/** A list of statements that grows at both ends without moving what is being read. */
export class StatementList {
  #label;
  #blocks = [];
  #places = new Map();
  #watch;
  #end = el("div.list-end");
  #height = GUESS;

  /** `label`: what the list is, for a screen reader. `more`: called when the end comes near. */
  constructor({ label, more }) {
    this.#label = label;
    this.element = el("div.list", {}, this.#end);
    this.#watch = new IntersectionObserver(
      (entries) => {
        const still = this.#anchor();
        for (const { target, isIntersecting } of entries) {
          if (target === this.#end) continue;
          if (isIntersecting) filled(target.block);
          else this.#empty(target.block);
        }
        still();
        if (entries.some(({ target, isIntersecting }) => target === this.#end && isIntersecting)) more?.();
      },
      { rootMargin: `${NEAR}px 0px` },
    );
    this.#watch.observe(this.#end);
  }

  get size() {
    return this.#places.size;
  }

  /** Puts statements after the last. Those already here are brought up to date instead. */
  append(statements) {
    const near = this.#end.getBoundingClientRect().top < innerHeight + NEAR;
    for (const statement of this.#fresh(statements)) {
      let block = this.#blocks.at(-1);
      if (!block || block.statements.length >= BLOCK) block = this.#block(this.#blocks.length, near);
      block.statements.push(statement);
      this.#places.set(statement.statement_id, block);
      if (block.filled) block.element.append(card(statement));
      else this.#reserve(block);
    }
    this.#named();
    // An observer only tells of changes: the end may be as near as it was.
    this.#watch.unobserve(this.#end);
    this.#watch.observe(this.#end);
  }

  /** Puts statements, newest first, before the first, and holds still what the reader sees. */
  prepend(statements) {
    const still = this.#anchor();
    const fresh = this.#fresh(statements);
    for (const [n, statement] of [...fresh.entries()].reverse()) {
      let block = this.#blocks[0];
      // Of many, only those that come to stand on top are made at once.
      if (!block || block.statements.length >= BLOCK) block = this.#block(0, n < 2 * BLOCK);
      block.statements.unshift(statement);
      this.#places.set(statement.statement_id, block);
      if (block.filled) {
        const made = card(statement);
        made.classList.add("arriving");
        block.element.prepend(made);
      } else this.#reserve(block);
    }
    this.#named();
    still();
  }

  /** Shows `statement` as it is now, if it is in the list; says whether it is. */
  update(statement) {
    const block = this.#places.get(statement.statement_id);
    if (!block) return false;
    const at = block.statements.findIndex((one) => one.statement_id === statement.statement_id);
    block.statements[at] = statement;
    if (block.filled) {
      const old = block.element.children[at];
      const focused = old.contains(document.activeElement);
      const made = card(statement);
      old.replaceWith(made);
      if (focused) made.focus({ preventScroll: true });
    }
    return true;
  }

  clear() {
    for (const block of this.#blocks) {
      this.#watch.unobserve(block.element);
      block.element.remove();
    }
    this.#blocks = [];
    this.#places.clear();
    this.#named();
  }

  /** A feed is one only with something in it: an empty one would promise articles to a screen reader. */
  #named() {
    for (const [name, value] of [
      ["role", "feed"],
      ["aria-label", this.#label],
    ]) {
      if (this.size) this.element.setAttribute(name, value);
      else this.element.removeAttribute(name);
    }
  }

  #fresh(statements) {
    return statements.filter((statement) => !this.update(statement));
  }

  #block(at, filled) {
    const block = { statements: [], filled, element: el("div.block") };
    block.element.block = block;
    this.element.insertBefore(block.element, this.#blocks[at]?.element ?? this.#end);
    this.#blocks.splice(at, 0, block);
    this.#watch.observe(block.element);
    return block;
  }

  #reserve(block, height = block.statements.length * this.#height) {
    block.element.style.setProperty("block-size", `${height}px`);
  }

  #empty(block) {
    // A block with the focus in it keeps its cards: emptied, it would throw the reader back to the top.
    // One that is not laid out (its view is hidden) has no height to keep.
    const { height } = block.element.getBoundingClientRect();
    if (!block.filled || !height || block.element.contains(document.activeElement)) return;
    this.#height = height / block.statements.length;
    this.#reserve(block, height);
    block.filled = false;
    block.element.replaceChildren();
  }

  /** Remembers where the first visible card stands; the function returned scrolls it back there. */
  #anchor() {
    if (scrollY === 0) return () => {};
    const below = (one) => one.getBoundingClientRect().bottom > 0;
    const block = this.#blocks.find(({ element }) => below(element))?.element;
    const seen = block && ([...block.children].find(below) ?? block);
    const before = seen?.getBoundingClientRect().top;
    return () => {
      // The card itself is gone when its block was made anew; the block is where it was.
      const by = seen && seen.isConnected ? seen.getBoundingClientRect().top - before : 0;
      if (by) scrollBy({ top: by, behavior: "instant" });
    };
  }
}

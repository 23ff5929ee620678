// A list of any length. Cards live in blocks; a block far from the view gives its cards up and keeps its height, so
// that ten thousand statements cost what three screens of them do.

import { card } from "./card.js";
import { el } from "./dom.js";

const BLOCK = 30;
const NEAR = "1500px 0px";

/** A list of statements that grows at both ends without moving what is being read. */
export class StatementList {
  #blocks = [];
  #places = new Map();
  #watch;
  #end;
  #label;

  /** `label`: what the list is, for a screen reader. `more`: called when the end comes near. */
  constructor({ label, more }) {
    this.#label = label;
    this.element = el("div.list", {});
    this.#end = el("div.list-end");
    this.#watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (target === this.#end) { if (isIntersecting) more?.(); } else if (isIntersecting) this.#fill(target.block);
        else this.#empty(target.block);
      }
    }, { rootMargin: NEAR });
    this.element.append(this.#end);
    this.#watch.observe(this.#end);
  }

  get size() { return this.#places.size; }
  has(id) { return this.#places.has(id); }

  /** The newest and the oldest, by place. */
  get first() { return this.#blocks[0]?.statements[0]; }

  /** Puts statements after the last. Those already here are brought up to date instead. */
  append(statements) {
    for (const statement of this.#fresh(statements)) {
      let block = this.#blocks.at(-1);
      if (!block || block.statements.length >= BLOCK) block = this.#block(this.#blocks.length);
      block.statements.push(statement);
      this.#place(statement, block);
      if (block.filled) block.element.append(card(statement));
    }
    this.#named();
    this.#again();
  }

  /** Puts statements, newest first, before the first, and holds still what the reader sees. */
  prepend(statements) {
    const still = this.#anchor();
    for (const statement of this.#fresh(statements).reverse()) {
      let block = this.#blocks[0];
      if (!block || block.statements.length >= BLOCK) block = this.#block(0);
      block.statements.unshift(statement);
      this.#place(statement, block);
      if (block.filled) {
        const made = card(statement);
        made.classList.add("arriving");
        block.element.prepend(made);
      }
    }
    this.#named();
    still();
  }

  /** Shows `statement` as it is now, if it is in the list; says whether it is. */
  update(statement) {
    const place = this.#places.get(statement.statement_id);
    if (!place) return false;
    const at = place.block.statements.findIndex((one) => one.statement_id === statement.statement_id);
    place.block.statements[at] = statement;
    if (place.block.filled) place.block.element.children[at].replaceWith(card(statement));
    return true;
  }

  /** A feed is one only with something in it: an empty one would promise articles to a screen reader. */
  #named() {
    for (const [name, value] of [["role", "feed"], ["aria-label", this.#label]]) {
      if (this.size) this.element.setAttribute(name, value);
      else this.element.removeAttribute(name);
    }
  }

  clear() {
    for (const block of this.#blocks) { this.#watch.unobserve(block.element); block.element.remove(); }
    this.#blocks = [];
    this.#places.clear();
    this.#named();
  }

  /** Looks again whether the end is near: an observer only tells of changes. */
  #again() {
    this.#watch.unobserve(this.#end);
    this.#watch.observe(this.#end);
  }

  #fresh(statements) {
    return statements.filter((statement) => !this.update(statement));
  }

  #place(statement, block) {
    this.#places.set(statement.statement_id, { block });
  }

  #block(at) {
    const block = { statements: [], filled: true, element: el("div.block") };
    block.element.block = block;
    this.element.insertBefore(block.element, this.#blocks[at]?.element ?? this.#end);
    this.#blocks.splice(at, 0, block);
    this.#watch.observe(block.element);
    return block;
  }

  #fill(block) {
    if (block.filled) return;
    block.filled = true;
    block.element.replaceChildren(...block.statements.map((statement) => card(statement)));
    block.element.style.removeProperty("block-size");
  }

  #empty(block) {
    // A block with the focus in it keeps its cards: emptied, it would throw the reader back to the top.
    // One that is not laid out (its view is hidden) has no height to keep.
    const { height } = block.element.getBoundingClientRect();
    if (!block.filled || !height || block.element.contains(document.activeElement)) return;
    block.element.style.setProperty("block-size", `${height}px`);
    block.filled = false;
    block.element.replaceChildren();
  }

  /** Remembers where the first visible card stands; the function returned scrolls it back there. */
  #anchor() {
    if (scrollY === 0) return () => {};
    const seen = this.#blocks.find(({ element }) => element.getBoundingClientRect().bottom > 0)?.element;
    const top = seen && ([...seen.children].find((one) => one.getBoundingClientRect().bottom > 0) ?? seen);
    const before = top?.getBoundingClientRect().top;
    return () => { if (top) scrollBy({ top: top.getBoundingClientRect().top - before, behavior: "instant" }); };
  }
}

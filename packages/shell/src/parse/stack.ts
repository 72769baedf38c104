/** What an empty list of the tree is: one for all of them, never added to. */
export const NONE: never[] = [];

/**
 * Where lists of one kind are gathered while their length is not known yet: an inner list lies on top of the outer one. A list
 * leaves as long as it must be, while one grown by `push` would hold room for sixteen more.
 */
export class Stack<T> {
  size = 0;
  private readonly items: T[] = [];

  push(item: T): void {
    this.items[this.size++] = item;
  }

  /** Takes what lies above `from`. */
  take(from: number): T[] {
    if (this.size === from) return NONE;
    const list = this.items.slice(from, this.size);
    this.size = from;
    return list;
  }
}

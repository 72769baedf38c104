import { encodeText } from "@shadowbox/vfs";

/** An indexed array of bash: sparse, ordered by index. Holds a dense list while the holes are few, a map after that. */
export class IndexedArray {
  #dense: (string | undefined)[] = [];
  #sparse: Map<number, string> | undefined;
  #sorted: number[] | undefined;
  #count = 0;

  static of(values: readonly string[]): IndexedArray {
    const array = new IndexedArray();
    array.#dense = values.slice();
    array.#count = values.length;
    return array;
  }

  /** Number of elements that are set. */
  get count(): number {
    return this.#count;
  }

  /** One more than the highest index that is set; 0 for an empty array. */
  get end(): number {
    if (this.#sparse) {
      const keys = this.indices();
      return keys.length ? (keys[keys.length - 1] as number) + 1 : 0;
    }
    return this.#dense.length;
  }

  get(index: number): string | undefined {
    return this.#sparse ? this.#sparse.get(index) : this.#dense[index];
  }

  set(index: number, value: string): void {
    if (!this.#sparse) {
      const dense = this.#dense;
      if (index <= dense.length) {
        if (index === dense.length) this.#count++;
        else if (dense[index] === undefined) this.#count++;
        dense[index] = value;
        return;
      }
      this.#toSparse();
    }
    const sparse = this.#sparse as Map<number, string>;
    if (!sparse.has(index)) {
      this.#count++;
      this.#sorted = undefined;
    }
    sparse.set(index, value);
  }

  delete(index: number): void {
    if (this.#sparse) {
      if (!this.#sparse.delete(index)) return;
      this.#sorted = undefined;
      this.#count--;
      return;
    }
    const dense = this.#dense;
    if (dense[index] === undefined) return;
    this.#count--;
    if (index < dense.length - 1) {
      dense[index] = undefined;
      return;
    }
    dense.pop();
    while (dense.length && dense[dense.length - 1] === undefined) dense.pop();
  }

  /** The indices that are set, ascending. */
  indices(): number[] {
    if (this.#sparse) {
      this.#sorted ??= [...this.#sparse.keys()].sort((a, b) => a - b);
      return this.#sorted;
    }
    const keys: number[] = [];
    for (let i = 0; i < this.#dense.length; i++) if (this.#dense[i] !== undefined) keys.push(i);
    return keys;
  }

  /** The values in the order of their indices. */
  values(): string[] {
    if (this.#sparse) return this.indices().map((key) => this.#sparse?.get(key) as string);
    if (this.#count === this.#dense.length) return this.#dense.slice() as string[];
    return this.#dense.filter((value) => value !== undefined);
  }

  clone(): IndexedArray {
    const copy = new IndexedArray();
    copy.#dense = this.#dense.slice();
    copy.#sparse = this.#sparse && new Map(this.#sparse);
    copy.#sorted = this.#sorted;
    copy.#count = this.#count;
    return copy;
  }

  #toSparse(): void {
    const sparse = new Map<number, string>();
    this.#dense.forEach((value, index) => {
      if (value !== undefined) sparse.set(index, value);
    });
    this.#sparse = sparse;
    this.#dense = [];
  }
}

interface AssocEntry {
  value: string;
  hash: number;
  serial: number;
}

const FIRST_BUCKETS = 1024;

/**
 * An associative array. Its order is the one scripts see in bash: by bucket of the 32-bit FNV-1 hash of the key's
 * bytes (1,024 buckets, four times as many whenever entries reach twice the buckets), newest first within a bucket.
 */
export class AssocArray {
  #entries = new Map<string, AssocEntry>();
  #sorted: string[] | undefined;
  #buckets = FIRST_BUCKETS;
  #serial = 0;

  get count(): number {
    return this.#entries.size;
  }

  get(key: string): string | undefined {
    return this.#entries.get(key)?.value;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  set(key: string, value: string): void {
    const entry = this.#entries.get(key);
    if (entry) {
      entry.value = value;
      return;
    }
    this.#sorted = undefined;
    if (this.#entries.size >= this.#buckets * 2) this.#buckets *= 4;
    this.#entries.set(key, { value, hash: hashKey(key), serial: this.#serial++ });
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#sorted = undefined;
  }

  keys(): string[] {
    if (this.#sorted) return this.#sorted;
    const mask = this.#buckets - 1;
    const all = [...this.#entries].sort(
      ([, a], [, b]) => (a.hash & mask) - (b.hash & mask) || b.serial - a.serial,
    );
    this.#sorted = all.map(([key]) => key);
    return this.#sorted;
  }

  values(): string[] {
    return this.keys().map((key) => this.#entries.get(key)?.value as string);
  }

  clone(): AssocArray {
    const copy = new AssocArray();
    for (const [key, entry] of this.#entries) copy.#entries.set(key, { ...entry });
    copy.#sorted = this.#sorted;
    copy.#buckets = this.#buckets;
    copy.#serial = this.#serial;
    return copy;
  }
}

function hashKey(key: string): number {
  let hash = 2166136261;
  for (const byte of encodeText(key)) hash = Math.imul(hash, 16777619) ^ ((byte << 24) >> 24);
  return hash >>> 0;
}

const EMPTY = 0;
const BEGIN = 1 << 12;
/** 128 MiB at most; what does not fit is looked up. */
const MOST = 1 << 22;

/**
 * Maps ids to numbers, in sixteen bytes each and at most four million of them: millions of strings would fill the memory. The
 * chance that two ids are confused is about one in a million million.
 */
export class IdTable {
  #keys = new Float64Array(BEGIN);
  #values = new Float64Array(BEGIN);
  #size = 0;

  set(id: string, value: number): void {
    if (this.#size * 2 >= this.#keys.length && !this.#grow()) return;
    const key = hashOf(id);
    const at = this.#placeOf(key);
    if (this.#keys[at] === EMPTY) this.#size++;
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  get(id: string): number | undefined {
    const at = this.#placeOf(hashOf(id));
    return this.#keys[at] === EMPTY ? undefined : this.#values[at];
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  #placeOf(key: number): number {
    const mask = this.#keys.length - 1;
    let at = key % (mask + 1);
    while (this.#keys[at] !== EMPTY && this.#keys[at] !== key) at = (at + 1) & mask;
    return at;
  }

  #grow(): boolean {
    if (this.#size >= MOST) return false;
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2);
    this.#values = new Float64Array(keys.length * 2);
    for (const [from, key] of keys.entries()) {
      if (key === EMPTY) continue;
      const at = this.#placeOf(key);
      this.#keys[at] = key;
      this.#values[at] = values[from] ?? 0;
    }
    return true;
  }
}

/** 53 bits, never 0. */
function hashOf(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0) || 1;
}

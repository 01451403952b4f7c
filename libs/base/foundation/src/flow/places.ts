interface Place<T> {
  item: T;
  at: number;
}

/**
 * What comes and goes often, in no order. A `Set` that functions go in and out of keeps what they refer to until the next collection of the old
 * generation: its former tables, which V8 links to each other, still hold them.
 */
export class Places<T> {
  readonly #places: Place<T>[] = [];

  /** @returns what takes it away again */
  add(item: T): () => void {
    const place = { item, at: this.#places.length };
    this.#places.push(place);
    return () => this.#remove(place);
  }

  /** Those that are there now. */
  all(): T[] {
    return this.#places.map(({ item }) => item);
  }

  #remove(place: Place<T>): void {
    if (this.#places[place.at] !== place) return;
    const last = this.#places.pop();
    if (!last || last === place) return;
    last.at = place.at;
    this.#places[place.at] = last;
  }
}

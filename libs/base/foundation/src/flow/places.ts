interface Place<T> {
  item: T;
  at: number;
}

/**
 * Items that come and go often, in no order. A `Set` of functions would keep alive what removed ones refer to until the old
 * generation is collected: its former tables, which V8 links to each other, still hold them.
 */
export class Places<T> {
  readonly #places: Place<T>[] = [];

  /** @returns a function that removes it */
  add(item: T): () => void {
    const place = { item, at: this.#places.length };
    this.#places.push(place);
    return () => this.#remove(place);
  }

  /** The items that are here now. */
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

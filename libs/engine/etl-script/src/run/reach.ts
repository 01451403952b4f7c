/**
 * How many documents go to a worker at once. What a turn does not come to was copied for nothing, and a script that makes much of
 * each document comes to one of hundreds.
 */
export class Reach {
  #documents = Infinity;

  get documents(): number {
    return this.#documents;
  }

  /** A turn had so many documents, and came to so many of them. */
  came(to: number, of: number): void {
    const isOver = to < of;
    this.#documents = isOver ? Math.max(1, 2 * to) : 2 * this.#documents;
  }
}

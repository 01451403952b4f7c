import { Places } from '@nestjs-spark/foundation/internal';

/** Work on a connection. A request that was under way when the connection broke would end only with its timeout. */
export class UnderWay {
  readonly #places = new Places<(error: unknown) => void>();

  /** One promise, not a race of two: small messages are sent this way. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        leave();
        reject(error);
      };
      const succeed = (done: T): void => {
        leave();
        resolve(done);
      };
      const leave = this.#places.add(fail);
      try {
        work().then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Fails all of it. @param error called for each, so that each has its own stack */
  breakOff(error: () => unknown): void {
    for (const fail of this.#places.all()) fail(error());
  }
}

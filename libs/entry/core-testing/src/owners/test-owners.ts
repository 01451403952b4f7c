import { nameKey } from '@nestjs-spark/foundation/internal';
import type { ModuleAnswer, ModuleCall } from '@nestjs-spark/modules/internal';
import { TestOwner, type Route } from './test-owner.ts';

/** The owners that the application under test can reach: those that have come up. Stands for `ModuleClient`. */
export class TestOwners {
  readonly #route: Route;
  readonly #up = new Map<string, TestOwner>();

  constructor(route: Route) {
    this.#route = route;
  }

  /** The owner, which comes up when it is not. */
  open(name: string): TestOwner {
    const known = this.#up.get(nameKey(name));
    if (known) return known;
    const owner = new TestOwner(name, this.#route);
    this.#up.set(nameKey(name), owner);
    return owner;
  }

  async call(call: ModuleCall): Promise<ModuleAnswer> {
    const owner = this.#up.get(nameKey(call.module));
    return owner ? owner.answer(call) : { kind: 'not-registered' };
  }

  /** They have no address. */
  addressOf(): null {
    return null;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#up.values()].map((owner) => owner.stop()));
  }
}

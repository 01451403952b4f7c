import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks.ts';
import { lookAt } from '../health/look.ts';

/** What a part of the application says of it. */
export interface ToldFacts {
  version?: string | null;
  store?: { kind: string; version: string | null; database: string };
  engine?: string;
  engineReason?: string;
  /** The systems that it brings, each with where its routes begin. */
  systems?: Readonly<Record<string, string>>;
}

/** What the parts of an application say of it, for `GET /spark/about`. */
@Injectable()
export class ModuleFacts {
  readonly #tellers: (() => ToldFacts | Promise<ToldFacts>)[] = [];
  readonly #checks: HealthChecks;

  constructor(checks: HealthChecks) {
    this.#checks = checks;
  }

  /** @param teller asked each time; one that throws says nothing this time */
  add(teller: () => ToldFacts | Promise<ToldFacts>): void {
    this.#tellers.push(teller);
  }

  async tell(): Promise<ToldFacts & { ready: boolean; systems: Record<string, string> }> {
    const [told, looks] = await Promise.all([
      Promise.allSettled(this.#tellers.map(async (teller) => teller())),
      Promise.all(this.#checks.list().map(lookAt)),
    ]);
    const facts = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const systems = Object.assign({}, ...facts.map((one) => one.systems ?? {})) as Record<string, string>;
    return {
      ...(Object.assign({}, ...facts) as ToldFacts),
      systems,
      ready: looks.every(({ ready }) => ready),
    };
  }
}

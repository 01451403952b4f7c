import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks.ts';
import { lookAt } from '../health/look.ts';

/** What a part of the application reports about it. */
export interface ToldFacts {
  version?: string | null;
  store?: { kind: string; version: string | null; database: string };
  engine?: string;
  engineReason?: string;
  /** The systems it includes, each with the path prefix of its routes. */
  systems?: Readonly<Record<string, string>>;
}

/** Collects what the parts of an application report, for `GET /spark/about`. */
@Injectable()
export class ModuleFacts {
  readonly #tellers: (() => ToldFacts | Promise<ToldFacts>)[] = [];
  readonly #checks: HealthChecks;

  constructor(checks: HealthChecks) {
    this.#checks = checks;
  }

  /** @param teller called for each request; one that throws is skipped that time */
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

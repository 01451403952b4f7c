import {
  delayMs,
  describeError,
  pause,
  sameName,
  type Logger,
  type RetryPolicy,
} from '@nestjs-spark/foundation/internal';
import type { ActingFor, ModuleAnswer } from '@nestjs-spark/modules/internal';
import type { ConsoleClient } from '../ask/console-client.ts';
import { readAbout, readReplication } from '../ask/read-answers.ts';
import type { KnownModules } from '../find/known-modules.ts';
import { mergeCopies, moduleState, type ModuleFacts } from '../merge/merge-state.ts';
import type { ConsoleState } from '../ask/state.ts';
import type { NamedModule } from '../settings/options.ts';
import { Rates } from './rates.ts';
import { SeenInstances } from './seen-instances.ts';

export interface AggregatorParts {
  known: KnownModules;
  named: readonly NamedModule[];
  client: ConsoleClient;
  /** The name of the console's own module. */
  own: string;
  log: Logger;
}

/** For reads that no user has requested. */
const SELF: ActingFor = { sub: 'console', role: 'viewer' };
const WATCHED_MS = 1_000;
const UNWATCHED_MS = 15_000;
/** Facts that rarely change are requested less often. */
const ABOUT_EVERY = 5;
const AT_ONCE = 16;
const AWAY: RetryPolicy = { waitMs: 2_000, factor: 2, longestMs: 30_000 };
/** Sparklines are only sent for so many copies; more would not be looked at. */
const MOST_HISTORIES = 100;

interface Watched extends ModuleFacts {
  failures: number;
  nextAt: number;
  rounds: number;
  /** The time of its registration, from the registry. */
  since: string;
  seen: SeenInstances;
}

/** Polls every module for its copies, once for all open pages, and keeps the answers. */
export class Aggregator {
  readonly rates = new Rates();
  readonly #parts: AggregatorParts;
  readonly #modules = new Map<string, Watched>();
  readonly #listeners = new Set<(state: ConsoleState) => void>();
  #state: ConsoleState = { at: new Date().toISOString(), modules: [], copies: [], letters: 0, history: {} };
  #showsOwn = false;
  #wake: () => void = () => undefined;

  constructor(parts: AggregatorParts) {
    this.#parts = parts;
  }

  /** Shows the module in which the console is mounted like any other. A standalone console has nothing to show. */
  showOwn(): void {
    this.#showsOwn = true;
  }

  /** The last known state of everything. */
  state(): ConsoleState {
    const ids = this.#state.copies.slice(0, MOST_HISTORIES).map(({ id }) => id);
    return { ...this.#state, history: Object.fromEntries(ids.map((id) => [id, this.rates.recent(id)])) };
  }

  /** Calls back with each new state until the returned function is called. While there are listeners, modules are polled every second. */
  watch(listener: (state: ConsoleState) => void): () => void {
    this.#listeners.add(listener);
    this.#wake();
    return () => void this.#listeners.delete(listener);
  }

  /** Polls all modules immediately, including those that did not answer before. */
  async refresh(): Promise<void> {
    for (const module of this.#modules.values()) Object.assign(module, { nextAt: 0, rounds: 0 });
    await this.#round();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      await this.#round().catch((error: unknown) =>
        this.#parts.log.warn(`The modules cannot be asked: ${describeError(error)}`),
      );
      await this.#rest(began, signal);
    }
  }

  async #rest(began: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const every = this.#listeners.size > 0 ? WATCHED_MS : UNWATCHED_MS;
    const left = Math.max(50, every - (performance.now() - began));
    await pause(left, AbortSignal.any([signal, woken.signal]), { ref: false });
    this.#wake = () => undefined;
  }

  async #round(): Promise<void> {
    await this.#find();
    const now = performance.now();
    const due = [...this.#modules.values()].filter(({ nextAt }) => nextAt <= now);
    const next = due[Symbol.iterator]();
    const lane = async (): Promise<void> => {
      for (const module of next) await this.#look(module);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    this.#merge();
  }

  async #find(): Promise<void> {
    const { known, named, own } = this.#parts;
    const registered = (await known.list())
      .map(({ appName, appUrl, registeredAtUtc }) => ({ name: appName, url: appUrl, since: registeredAtUtc }))
      .filter(
        ({ name }) =>
          (this.#showsOwn || !sameName(name, own)) && !named.some((one) => sameName(one.name, name)),
      );
    const all = [...registered, ...named.map((one) => ({ ...one, since: '' }))];
    for (const { name, url, since } of all) {
      const module = this.#modules.get(name) ?? newModule(name, url);
      // The module has restarted: ask it now instead of at its next turn.
      if (module.since !== since) module.nextAt = 0;
      Object.assign(module, { url, since });
      this.#modules.set(name, module);
    }
    const names = new Set(all.map(({ name }) => name));
    for (const name of this.#modules.keys()) if (!names.has(name)) this.#modules.delete(name);
  }

  async #look(module: Watched): Promise<void> {
    const ask = (path: string): Promise<ModuleAnswer> =>
      this.#parts.client.ask(SELF, { module: module.name, path });
    try {
      if (module.rounds % ABOUT_EVERY === 0) await this.#lookAround(module, ask);
      module.rounds += 1;
      if (module.about !== null && module.about.systems['replication'] === undefined) return;
      const answer = await ask('/spark/replication');
      if (!this.#judge(module, answer)) return;
      if (answer.kind === 'answered') module.replication = readReplication(answer.body);
    } catch (error) {
      this.#away(module, describeError(error));
    }
  }

  async #lookAround(module: Watched, ask: (path: string) => Promise<ModuleAnswer>): Promise<void> {
    const about = await ask('/spark/about');
    const isThere = about.kind === 'answered' && about.status === 404;
    if (!isThere && !this.#judge(module, about)) return;
    if (about.kind === 'answered' && about.status === 200) module.about = readAbout(about.body);
    else if (isThere) await this.#lookForRoutes(module, ask);
    module.instances = module.seen.count(module.about?.instance ?? null);
    if (module.about?.systems['replication'] === undefined) return;
    const letters = await ask('/spark/dead-letters');
    if (letters.kind === 'answered' && Array.isArray(letters.body)) module.letters = letters.body.length;
  }

  /** An application with only jobs or pipelines accepts no module tokens and has no `/spark/about`; it is named in the options. */
  async #lookForRoutes(module: Watched, ask: (path: string) => Promise<ModuleAnswer>): Promise<void> {
    if (!this.#parts.client.isNamed(module.name)) return;
    const found: Record<string, string> = {};
    for (const [name, { begins, path }] of Object.entries(UNSIGNED)) {
      const answer = await ask(path);
      if (answer.kind === 'answered' && answer.status === 404) continue;
      if (!this.#judge(module, answer)) return;
      found[name] = begins;
    }
    if (Object.keys(found).length > 0) module.about = { ...NOTHING, systems: found };
  }

  /** Whether the answer can be read. */
  #judge(module: Watched, answer: ModuleAnswer): boolean {
    if (answer.kind !== 'answered') {
      this.#away(module, answer.kind === 'unreachable' ? answer.reason : 'it is not registered');
      return false;
    }
    const { status } = answer;
    module.answering = status < 500;
    // The module's figures are as old as its last answer.
    if (module.answering) module.seenAt = new Date().toISOString();
    Object.assign(module, { reachable: true, failures: 0, nextAt: 0 });
    module.permitted = status !== 401 && status !== 403;
    const detail = (answer.body as { detail?: unknown } | null)?.detail;
    const said = typeof detail === 'string' ? detail.slice(0, 500) : `it answered ${status}`;
    module.why = status < 400 || status === 404 ? null : said;
    return status === 200;
  }

  #away(module: Watched, why: string): void {
    module.failures += 1;
    const nextAt = performance.now() + delayMs(AWAY, module.failures);
    Object.assign(module, { reachable: false, rounds: 0, why, nextAt });
  }

  #merge(): void {
    const at = Date.now();
    const modules = [...this.#modules.values()];
    const copies = mergeCopies(modules, (id) => this.rates.rateOf(id)).map((copy) => {
      if (copy.in && copy.state !== 'Unknown') {
        const count = copy.in.applied + copy.in.deleted;
        this.rates.note(copy.id, { at, count, behindMs: copy.behindMs });
      }
      return copy.state === 'Unknown' ? copy : { ...copy, rate: this.rates.rateOf(copy.id) };
    });
    this.rates.keepOnly(new Set(copies.map(({ id }) => id)));
    this.#state = {
      at: new Date(at).toISOString(),
      modules: modules.map(moduleState).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      copies,
      letters: modules.reduce((sum, { letters }) => sum + letters, 0),
      history: {},
    };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** Systems whose routes accept no module tokens, each with a route that shows whether the system is present. */
const UNSIGNED: Readonly<Record<string, { begins: string; path: string }>> = {
  jobs: { begins: '/api/jobs', path: '/api/backends' },
  pipelines: { begins: '/api/pipelines', path: '/api/pipelines?take=1' },
};

const NOTHING = {
  instance: null,
  version: null,
  store: null,
  database: null,
  engine: null,
  engineReason: null,
  ready: true,
  systems: {},
};

function newModule(name: string, url: string): Watched {
  return {
    name,
    url,
    about: null,
    replication: null,
    reachable: false,
    permitted: true,
    answering: true,
    why: 'it was not asked yet',
    seenAt: null,
    instances: 0,
    letters: 0,
    failures: 0,
    nextAt: 0,
    rounds: 0,
    since: '',
    seen: new SeenInstances(),
  };
}

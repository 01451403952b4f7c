import { isDeepStrictEqual } from 'node:util';
import { shownValue } from '../errors/shown-value.ts';
import { describeRule, type Origin, type Settings, type ValuesOf } from './setting.ts';

type Name<S extends Settings> = keyof S & string;
type Listener = (value: unknown) => void;

/** The effect of new central values on one setting. */
export interface LiveChange {
  name: string;
  before: unknown;
  after: unknown;
}

/** Values given at startup, which override the central values for the lifetime of the process. */
export interface GivenValues<S extends Settings> {
  options: { readonly [K in keyof S]?: ValuesOf<S>[K] | undefined };
  environment: Readonly<Record<string, string | undefined>>;
}

/** An option may be anything, so only text is repeated. */
function isNow(option: unknown, text: string | undefined): string {
  return option === undefined && text !== undefined ? `; it is ${shownValue(text)}` : '';
}

/** The values of settings that can change while the application runs. Read a value when you use it, and do not keep it. */
export class LiveSettings<S extends Settings = Settings> {
  readonly schema: S;
  /** What is wrong with the given values; the settings concerned have their defaults. */
  readonly faults: readonly string[];
  readonly #given = new Map<string, { value: unknown; origin: Origin }>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #central: ReadonlyMap<string, unknown> = new Map();

  constructor(schema: S, { options, environment }: GivenValues<S>) {
    this.schema = schema;
    const faults: string[] = [];
    for (const [name, setting] of Object.entries(schema)) {
      const option: unknown = options[name];
      const text = environment[setting.variable]?.trim() || undefined;
      if (option === undefined && text === undefined) continue;
      const value: unknown = option ?? setting.parse(text ?? '');
      if (!setting.fits(value)) faults.push(`${describeRule(name, setting)}${isNow(option, text)}`);
      else this.#given.set(name, { value, origin: option === undefined ? 'environment' : 'option' });
    }
    this.faults = faults;
  }

  get<K extends Name<S>>(name: K): ValuesOf<S>[K] {
    return this.read(name) as ValuesOf<S>[K];
  }

  /** As `get`, for a name only known at run time. */
  read(name: string): unknown {
    const given = this.#given.get(name);
    if (given) return given.value;
    return this.#central.has(name) ? this.#central.get(name) : this.schema[name]?.fallback;
  }

  origin(name: string): Origin {
    return this.#given.get(name)?.origin ?? (this.#central.has(name) ? 'central' : 'default');
  }

  /** Calls `listener` with each new value. @returns a function that unsubscribes */
  onChange<K extends Name<S>>(name: K, listener: (value: ValuesOf<S>[K]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const own: Listener = (value) => listener(value as ValuesOf<S>[K]);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  /**
   * Replaces all central values. A value that its setting does not accept is ignored, and the previous one stays; names unknown
   * to this version are ignored too.
   */
  take(central: ReadonlyMap<string, unknown>): { changes: LiveChange[]; refused: string[] } {
    const names = Object.keys(this.schema);
    const before = new Map(names.map((name) => [name, this.read(name)]));
    const refused = names.filter((name) => central.has(name) && !this.schema[name]?.fits(central.get(name)));
    const kept = names.flatMap((name): [string, unknown][] => {
      const from = refused.includes(name) ? this.#central : central;
      return from.has(name) ? [[name, from.get(name)]] : [];
    });
    this.#central = new Map(kept);
    const changes = names
      .map((name) => ({ name, before: before.get(name), after: this.read(name) }))
      .filter((change) => !isDeepStrictEqual(change.before, change.after));
    for (const { name, after } of changes)
      for (const listener of this.#listeners.get(name) ?? []) listener(after);
    return { changes, refused };
  }
}

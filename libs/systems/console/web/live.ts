import { computed, effect, signal } from '@preact/signals';
import type { ConsoleState, CopyPhase, CopyState, ModuleState } from '../src/ask/state.ts';
import { api, session } from './api.ts';

export const modules = signal<ModuleState[]>([]);
export const copies = signal<CopyState[]>([]);
export const letters = signal(0);
/** The rates of the last minute, by copy. */
export const recent = signal<Record<string, number[]>>({});
/** Whether the state was received at all. */
export const loaded = signal(false);
/** When the console was heard last, and whether it is heard. */
export const heardAt = signal(Date.now());
export const connected = signal(false);
/** Now, for relative times. */
export const now = signal(Date.now());

const TROUBLE: ReadonlySet<CopyPhase> = new Set(['Waiting', 'Faulted', 'Refused', 'GivenUp']);
const MINUTE = 60;

export const troubled = computed(() => copies.value.filter(({ state }) => TROUBLE.has(state)));
export const unknown = computed(() => copies.value.filter(({ state }) => state === 'Unknown'));
export const live = computed(() => copies.value.filter(({ state }) => state === 'Streaming'));
/** Modules that answer, and do not let this console in. */
export const denied = computed(() =>
  modules.value.filter(({ reachable, permitted }) => reachable && !permitted),
);
/** Modules that do not answer, or cannot answer what they are asked, as without NATS: what they have is not known. */
export const silent = computed(() =>
  modules.value.filter(({ reachable, permitted, why }) => !reachable || (permitted && why !== null)),
);
/** Those of them that are there and say why they cannot answer. */
export const hindered = computed(() => silent.value.filter(({ reachable }) => reachable));
/** Of some modules it is not known what they have: they are silent, or do not let this console in. */
export const isPartial = computed(() => silent.value.length + denied.value.length > 0);
export const setAside = computed(() => copies.value.reduce((sum, copy) => sum + copy.setAside, 0));

interface Delta {
  modules: (Partial<ModuleState> & { name: string })[];
  copies: (Partial<CopyState> & { id: string })[];
  gone: string[];
  letters: number;
}

/** What all modules tell of one system: replicas, jobs or pipelines. */
export interface SystemList {
  items: { key: string }[];
  missing: string[];
  unnamed: string[];
  truncated: boolean;
}

/** What the page that is open wants beside the state. */
const view = signal('overview');
/** The list of the system whose page is open; null before it was received. */
export const list = signal<SystemList | null>(null);

/** Wants a system's list until what it returns is called. */
export function wantList(system: string): () => void {
  view.value = system;
  return () => {
    view.value = 'overview';
  };
}

let source: EventSource | null = null;
let opened = '';

function open(): void {
  opened = view.value;
  list.value = null;
  source = new EventSource(`api/events?view=${opened}`);
  source.addEventListener('state', (event) => {
    const state = JSON.parse(event.data as string) as ConsoleState;
    modules.value = state.modules;
    copies.value = state.copies;
    letters.value = state.letters;
    recent.value = state.history;
    loaded.value = true;
    heard();
  });
  source.addEventListener('delta', (event) => {
    apply(JSON.parse(event.data as string) as Delta);
    heard();
  });
  source.addEventListener('list', (event) => {
    list.value = JSON.parse(event.data as string) as SystemList;
    heard();
  });
  source.addEventListener('list-delta', (event) => {
    applyToList(JSON.parse(event.data as string) as ListDelta);
    heard();
  });
  source.addEventListener('error', () => {
    connected.value = false;
    // A browser does not try again by itself after an answer that is not a stream.
    if (source?.readyState === EventSource.CLOSED) {
      close();
      // The session may be over: the answer to this shows the sign-in page then.
      setTimeout(
        () =>
          void api('session')
            .catch(() => null)
            .then(follow),
        2_000,
      );
    }
  });
}

function close(): void {
  source?.close();
  source = null;
}

function heard(): void {
  heardAt.value = Date.now();
  connected.value = true;
}

function apply(delta: Delta): void {
  const gone = new Set(delta.gone);
  if (delta.modules.length > 0 || gone.size > 0)
    modules.value = merge(modules.value, delta.modules, 'name').filter(
      ({ name }) => !gone.has(`module:${name}`),
    );
  if (delta.copies.length > 0 || gone.size > 0)
    copies.value = merge(copies.value, delta.copies, 'id').filter(({ id }) => !gone.has(id));
  letters.value = delta.letters;
  recent.value = Object.fromEntries(
    copies.value
      .slice(0, 100)
      .map(({ id, rate }) => [id, [...(recent.value[id] ?? []), rate].slice(-MINUTE)]),
  );
}

interface ListDelta extends Omit<SystemList, 'items'> {
  changed: { key: string }[];
  gone: string[];
}

/** What is new comes first, as in the lists of modules. */
function applyToList({ changed, gone, ...rest }: ListDelta): void {
  const items = list.value?.items ?? [];
  const patches = new Map(changed.map((item) => [item.key, item]));
  const left = items
    .filter(({ key }) => !gone.includes(key))
    .map((item) => {
      const patch = patches.get(item.key);
      patches.delete(item.key);
      return patch ?? item;
    });
  list.value = { ...rest, items: [...patches.values(), ...left] };
}

function merge<T extends object, K extends keyof T>(
  before: T[],
  changed: (Partial<T> & Pick<T, K>)[],
  key: K,
): T[] {
  const patches = new Map(changed.map((one) => [one[key], one]));
  const merged = before.map((one) => {
    const patch = patches.get(one[key]);
    patches.delete(one[key]);
    return patch ? patched(one, patch) : one;
  });
  return [...merged, ...([...patches.values()] as unknown as T[])];
}

function patched<T extends object>(one: T, patch: Partial<T>): T {
  const next: T = { ...one, ...patch };
  for (const name of ['in', 'out', 'request'] as (keyof T)[]) {
    const [was, is] = [one[name], patch[name]];
    if (was && is) next[name] = { ...was, ...is };
  }
  return next;
}

/** Follows the console while somebody is signed in and looks: a browser has six connections to a host, and tabs share them. */
function follow(): void {
  const wanted = session.value !== null && session.value !== undefined && !document.hidden;
  if (!wanted || opened !== view.value) close();
  if (wanted && !source) open();
}

document.addEventListener('visibilitychange', follow);
effect(() => {
  // One page leaves before the next one comes: only what is wanted in the end is asked for.
  void [session.value, view.value];
  queueMicrotask(follow);
});
setInterval(() => {
  now.value = Date.now();
  if (connected.value && now.value - heardAt.value > 8_000) connected.value = false;
}, 1_000);

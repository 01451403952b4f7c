import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import { loadPackage } from '@nestjs-spark/foundation/internal';
import { modulesWith } from '../act/gather.ts';
import { isAsked, listBackends, listSystem, SYSTEMS } from '../act/system-lists.ts';
import { at, SLOW_MS, type ApiParts, type Asked, type Route } from './route.ts';

interface PassedOn {
  method: 'GET' | 'POST' | 'DELETE';
  /** The console's path: first the module, then the parameters of `to` in the same order. */
  from: string;
  /** The module's path. */
  to: string;
  /** Query parameters that are passed on. */
  query?: readonly string[];
  status?: number;
  /** Not for viewers, as at the module itself: to a module from the options, viewers and operators look the same. */
  operators?: true;
}

const PASSED_ON: readonly PassedOn[] = [
  { method: 'GET', from: '/peers/:module/stash', to: '/spark/peers/stash', operators: true },
  { method: 'POST', from: '/peers/:module/stash/:id/apply', to: '/spark/peers/stash/:id/apply' },
  { method: 'POST', from: '/peers/:module/retire', to: '/spark/peers/retire' },
  { method: 'POST', from: '/peers/:module/snapshot', to: '/spark/peers/snapshot' },
  { method: 'POST', from: '/peers/:module/take-as-it-is', to: '/spark/peers/take-as-it-is' },
  {
    method: 'GET',
    from: '/peers/:module/:entity/conflicts',
    to: '/spark/peers/:entity/conflicts',
    query: ['open'],
    operators: true,
  },
  {
    method: 'GET',
    from: '/peers/:module/:entity/drift',
    to: '/spark/peers/:entity/drift',
    query: ['with'],
    operators: true,
  },
  {
    method: 'POST',
    from: '/peers/:module/:entity/repair',
    to: '/spark/peers/:entity/drift/repair',
    query: ['with'],
  },
  { method: 'POST', from: '/jobs/:module/:id/cancel', to: '/api/jobs/:id/cancel', status: 202 },
  { method: 'POST', from: '/jobs/:module/:id/retry', to: '/api/jobs/:id/retry', status: 202 },
  {
    method: 'GET',
    from: '/pipelines/:module/:id/history',
    to: '/api/pipelines/:id/history',
    query: ['after', 'take', 'batches'],
  },
  { method: 'GET', from: '/pipelines/:module/:id/checkpoint', to: '/api/pipelines/:id/checkpoint' },
  {
    method: 'GET',
    from: '/pipelines/:module/:id/dead-letters',
    to: '/api/pipelines/:id/dead-letters',
    query: ['skip', 'take'],
  },
  {
    method: 'POST',
    from: '/pipelines/:module/:id/dead-letters/:letter/replay',
    to: '/api/pipelines/:id/dead-letters/:letter/replay',
    status: 202,
  },
  {
    method: 'DELETE',
    from: '/pipelines/:module/:id/dead-letters/:letter',
    to: '/api/pipelines/:id/dead-letters/:letter',
  },
  // A preview reads with the operator token, so it is not for viewers.
  { method: 'POST', from: '/pipelines/:module/preview', to: '/api/pipelines/preview' },
  { method: 'POST', from: '/pipelines/:module/validate', to: '/api/pipelines/validate' },
  ...['start', 'stop', 'pause', 'resume', 'restart'].map((move): PassedOn => ({
    method: 'POST',
    from: `/pipelines/:module/:id/${move}`,
    to: `/api/pipelines/:id/${move}`,
  })),
];

/** The routes for replicas, jobs and pipelines: lists across all modules, single items, and the actions of operators. */
export const SYSTEM_ROUTES: readonly Route[] = [
  ...SYSTEMS.map((system): Route => ({
    method: 'GET',
    path: at(`/${system}`),
    handle: async (parts, { exchange, act }) => exchange.json(200, await listSystem(parts, act, system)),
  })),
  {
    method: 'GET',
    path: at('/backends'),
    handle: async (parts, { exchange, act }) => exchange.json(200, await listBackends(parts, act)),
  },
  {
    method: 'GET',
    path: at('/jobs/:id'),
    query: ['module'],
    handle: (parts, asked) => findOne(parts, asked, 'jobs'),
  },
  {
    method: 'GET',
    path: at('/pipelines/:id'),
    query: ['module', 'asOf'],
    handle: (parts, asked) => findOne(parts, asked, 'pipelines'),
  },
  ...PASSED_ON.map(passOn),
];

function passOn({ method, from, to, query = [], status = 200, operators }: PassedOn): Route {
  return {
    method,
    path: at(from),
    query,
    ...(method === 'GET' ? {} : { writes: true }),
    ...(operators ? { operators } : {}),
    handle: async (parts, { exchange, act, given: [module = '', ...names] }) => {
      if (!isAsked(parts, module, to)) throw notNamed(module);
      let next = 0;
      const path = to.replaceAll(/:[a-z]+/g, () => encodeURIComponent(names[next++] ?? ''));
      const asked = new URLSearchParams(
        query.flatMap((name): [string, string][] => {
          const value = exchange.query.get(name);
          return value === null ? [] : [[name, value.slice(0, 200)]];
        }),
      );
      const answer = await parts.client.demand(act, {
        module,
        method,
        path: asked.size > 0 ? `${path}?${asked}` : path,
        ...(method === 'POST' ? { body: await exchange.body() } : {}),
        timeoutMs: SLOW_MS,
      });
      if (method !== 'GET') parts.systems.wake();
      exchange.json(status, answer ?? {});
    },
  };
}

/** A job or pipeline by its id, from the module that `module` names or from whichever module has it. */
async function findOne(parts: ApiParts, asked: Asked, system: 'jobs' | 'pipelines'): Promise<void> {
  const { exchange, act, given } = asked;
  const [id = ''] = given;
  const wanted = exchange.query.get('module');
  const modules = modulesWith(parts, system).filter(
    (name) => (wanted === null || name === wanted) && parts.client.isNamed(name),
  );
  const asOf = system === 'pipelines' ? exchange.query.get('asOf') : null;
  const query = asOf === null ? '' : `?${new URLSearchParams({ asOf: asOf.slice(0, 64) })}`;
  const path = `/api/${system}/${encodeURIComponent(id)}${query}`;
  const answers = await Promise.all(
    modules.map(async (module) => ({ module, answer: await parts.client.ask(act, { module, path }) })),
  );
  for (const { module, answer } of answers) {
    if (answer.kind !== 'answered' || answer.status !== 200) continue;
    const body = Object(answer.body) as { definition?: unknown };
    const yaml = body.definition ? { yaml: await asYaml(body.definition) } : {};
    return exchange.json(200, { module, body, ...yaml });
  }
  // If only one module was asked, its own refusal is more precise.
  const [only] = modules;
  if (only !== undefined && modules.length === 1) await parts.client.demand(act, { module: only, path });
  throw noneWithId(system === 'jobs' ? 'job' : 'pipeline', id, ' in any module that was asked');
}

function notNamed(module: string): ProblemError {
  return new ProblemError(
    'forbidden',
    `${module} accepts no module tokens on this route. Add it to the modules of this console.`,
  );
}

/** The YAML library is loaded on first use: a console without pipelines never needs it. */
async function asYaml(definition: unknown): Promise<string> {
  const { stringify } = await loadPackage('yaml', () => import('yaml'));
  return stringify(definition);
}

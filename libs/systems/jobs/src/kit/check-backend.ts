import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { JobBackend, JobRun, RunEnded, RunHandle } from '../job/backend.ts';
import { readAll } from '../job/content.ts';

/** The result of one case of the kit. */
export interface KitCheck {
  name: string;
  passed: boolean;
  expected: string;
  actual: string;
}

const PATIENCE_MS = 60_000;
/** The handlers that a backend needs in order to be checked. */
const ECHO = 'kit-echo';
const WAIT = 'kit-wait';
const FAIL = 'kit-fail';
const LARGE = 'x'.repeat(8 * 1024 ** 2 + 1);
const AT_ONCE = 50;
const VALUES: readonly unknown[] = [null, '', { text: 'ß\u2028\t\n"日本', list: [1, -0.5, true] }, 'x', []];

type Case = (kit: KitRuns) => Promise<unknown>;

const AVAILABLE = 'it is available';
const UNKNOWN = 'a run that was never started is unknown';
/** If one of these fails, so do all other cases, for the same reason: a server that is not a backend answers everything alike. */
const FIRST: ReadonlySet<string> = new Set([AVAILABLE, UNKNOWN]);

/** The cases with their expected values; a case fails if it throws or returns anything other than `expected`. */
const CASES: readonly { name: string; expected: unknown; run: Case }[] = [
  {
    name: AVAILABLE,
    expected: true,
    run: async (kit) => (await kit.backend.health(kit.signal)).available,
  },
  {
    name: UNKNOWN,
    expected: 'unknown',
    run: (kit) => kit.isKnown(kit.runOf(ECHO, 1).runId),
  },
  {
    name: 'a value comes back as it was, in any language',
    expected: VALUES,
    run: (kit) => Promise.all(VALUES.map((value) => kit.echo(value))),
  },
  {
    name: 'an input of 8 MiB and a byte is accepted',
    expected: LARGE.length,
    run: async (kit) => String(await kit.echo(LARGE)).length,
  },
  {
    name: 'a run that is started twice is one run, even when it has ended',
    expected: ['succeeded', 'succeeded', 'known'],
    run: async (kit) => {
      const run = kit.runOf(ECHO, 1);
      const handles = [await kit.start(run), await kit.start(run)];
      const first = await kit.ended(handles[0]);
      await kit.start(run);
      return [first.outcome, (await kit.ended(handles[1])).outcome, await kit.isKnown(run.runId)];
    },
  },
  {
    name: 'progress never goes back',
    expected: true,
    run: async (kit) => {
      const handle = await kit.start(kit.runOf(ECHO, 'a b c'));
      const told: number[] = [];
      for await (const event of kit.backend.observe(handle, kit.signal))
        if (event.type === 'progress') told.push(event.progress.done);
      return told.every((done, index) => done >= (told[index - 1] ?? 0));
    },
  },
  {
    name: 'a run that is cancelled ends with a proof, and cancelling it again does no harm',
    expected: ['proof', 'proof', 'cancelled'],
    run: async (kit) => {
      const handle = await kit.start(kit.runOf(WAIT, null));
      const proofs = [await kit.backend.cancel(handle), await kit.backend.cancel(handle)];
      return [
        ...proofs.map((proof) => (proof === 'ended' ? proof : 'proof')),
        (await kit.ended(handle)).outcome,
      ];
    },
  },
  {
    name: 'cancelling one run leaves the others alone',
    expected: 'known',
    run: async (kit) => {
      const [one, other] = [await kit.start(kit.runOf(WAIT, null)), await kit.start(kit.runOf(WAIT, null))];
      await kit.backend.cancel(one);
      const known = await kit.isKnown(other.runId);
      await kit.backend.cancel(other);
      return known;
    },
  },
  {
    name: 'a run that has ended cannot be cancelled',
    expected: 'ended',
    run: async (kit) => {
      const handle = await kit.start(kit.runOf(ECHO, 1));
      await kit.ended(handle);
      return kit.backend.cancel(handle);
    },
  },
  {
    name: 'a failure has its cause',
    expected: ['failed', 'user', true],
    run: async (kit) => {
      const ended = await kit.ended(await kit.start(kit.runOf(FAIL, null)));
      const cause = ended.outcome === 'failed' ? ended.cause : null;
      return [ended.outcome, cause?.class, (cause?.message ?? '') !== ''];
    },
  },
  {
    name: 'a run that is released is forgotten, and releasing it again does no harm',
    expected: 'unknown',
    run: async (kit) => {
      const handle = await kit.start(kit.runOf(ECHO, 1));
      await kit.ended(handle);
      await kit.backend.release(handle);
      await kit.backend.release(handle);
      return kit.isKnown(handle.runId);
    },
  },
  {
    name: `${AT_ONCE} concurrent runs do not interfere`,
    expected: Array.from({ length: AT_ONCE }, (_, number) => number),
    run: (kit) => Promise.all(Array.from({ length: AT_ONCE }, (_, number) => kit.echo(number))),
  },
];

/** The runs of one check. */
class KitRuns {
  readonly backend: JobBackend;
  readonly signal: AbortSignal;
  readonly #began = crypto.randomUUID();
  #runs = 0;

  constructor(backend: JobBackend) {
    this.backend = backend;
    this.signal = AbortSignal.timeout(PATIENCE_MS);
  }

  runOf(handler: string, value: unknown): JobRun {
    const jobId = `kit-${this.#began}-${++this.#runs}`;
    const text = Buffer.from(JSON.stringify(value));
    return {
      runId: `${jobId}:1`,
      jobId,
      attempt: 1,
      name: 'kit',
      transformation: { kind: 'handler', handler },
      options: { onDocumentFailure: 'keep', timeoutMs: PATIENCE_MS },
      submitter: 'kit',
      input: {
        form: 'value',
        bytes: text.length,
        documents: 1,
        async *read() {
          yield text;
        },
      },
    };
  }

  start(run: JobRun): Promise<RunHandle> {
    return this.backend.start(run, this.signal);
  }

  async isKnown(runId: string): Promise<string> {
    const found = await this.backend.find(runId);
    return typeof found === 'object' ? 'known' : found;
  }

  async ended(handle: RunHandle | undefined): Promise<RunEnded> {
    if (handle)
      for await (const event of this.backend.observe(handle, this.signal))
        if (event.type === 'ended') return event;
    throw new Error('the run did not say how it ended');
  }

  async echo(value: unknown): Promise<unknown> {
    const handle = await this.start(this.runOf(ECHO, value));
    const ended = await this.ended(handle);
    if (ended.outcome !== 'succeeded') throw new Error(`a run of ${ECHO} ended as ${ended.outcome}`);
    const result = JSON.parse((await readAll(this.backend.result(handle))).toString()) as unknown;
    await this.backend.release(handle);
    return result;
  }
}

/**
 * Checks everything that jobs expect of a backend that runs handlers. It needs the handlers `kit-echo` (returns its input), `kit-wait` (waits until
 * it is cancelled) and `kit-fail` (fails). If the backend is not available, or not a backend at all, the remaining cases are
 * skipped, since all would fail for that one reason.
 */
export async function* checkBackend(backend: JobBackend): AsyncGenerator<KitCheck> {
  for (const { name, expected, run } of CASES) {
    const check = await checkOf(backend, { name, expected, run });
    yield check;
    if (FIRST.has(name) && !check.passed) return;
  }
}

async function checkOf(
  backend: JobBackend,
  { name, expected, run }: (typeof CASES)[number],
): Promise<KitCheck> {
  try {
    const actual = await run(new KitRuns(backend));
    const passed = isDeepStrictEqual(actual, expected);
    return { name, passed, expected: shown(expected), actual: shown(actual) };
  } catch (error) {
    return { name, passed: false, expected: shown(expected), actual: messageOf(error) };
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 500);
}

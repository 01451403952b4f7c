/** A way that did not lead to a server: why not, and what would help. */
export interface Attempt {
  /** What was tried, such as `nats-server on PATH`. */
  readonly way: string;
  /** Why it failed. */
  readonly reason: string;
  /** What the user can do to make this way work. */
  readonly remedy: string;
  /** The variable that the user has set, to something that cannot be used. */
  readonly setting?: string;
}

/** A way's result when it does not lead anywhere. */
export interface Refusal {
  readonly refused: string;
  readonly remedy: string;
  /** The user requested exactly this way, so the others are not tried. */
  readonly final?: boolean;
  /** The variable that the user has set, to something that cannot be used. */
  readonly setting?: string;
}

/** One way to obtain something: its name for the user, and the attempt itself. */
export interface Way<T> {
  readonly name: string;
  /** The remedy when `look` throws. */
  readonly remedy?: string;
  look(): Promise<T | Refusal>;
}

/**
 * No way led to a server (or to the runtime it needs). `attempts` lists each way in the order in which it was tried; the message
 * shows them all with their remedies. The caller shows the message, or continues without the server.
 */
export class NotObtainableError extends Error {
  readonly target: string;
  readonly attempts: readonly Attempt[];
  /** The reason in one short line: what the user has set wrongly, what a way lacked, or else the failure of the last way. */
  readonly brief: string;
  /** The ways that the user has asked for, and that cannot be used: what helps is to correct these. */
  readonly wrong: readonly Attempt[];

  constructor(target: string, attempts: readonly Attempt[], causes: readonly unknown[] = []) {
    super(describeAttempts(target, attempts), causes.length > 0 ? { cause: new AggregateError(causes) } : {});
    this.name = 'NotObtainableError';
    this.target = target;
    this.attempts = attempts;
    const lacking = causes.find((cause) => cause instanceof NotObtainableError);
    const wrong = [...attempts, ...(lacking?.attempts ?? [])].filter(({ setting }) => setting !== undefined);
    this.wrong = wrong;
    if (wrong.length > 0) this.brief = wrong.map(describeWrong).join('; ');
    else this.brief = lacking ? `no ${lacking.target}` : lastReason(attempts, causes);
  }
}

/** The first way that leads to something, in the given order. Throws {@link NotObtainableError} when none does. */
export async function search<T extends object>(target: string, ways: readonly Way<T>[]): Promise<T> {
  const attempts: Attempt[] = [];
  const causes: unknown[] = [];
  for (const way of ways) {
    const answer = await way.look().catch((error: unknown): Refusal => {
      const refused = reasonOf(error, causes);
      causes.push(error);
      return {
        refused,
        remedy: remedyFor(error, way.remedy),
      };
    });
    if (!isRefusal(answer)) return answer;
    const { refused: reason, remedy, setting } = answer;
    attempts.push({ way: way.name, reason, remedy, ...(setting !== undefined && { setting }) });
    if (answer.final) break;
  }
  throw new NotObtainableError(target, attempts, causes);
}

/** What several ways lack is explained once, with all of its own ways. */
function reasonOf(error: unknown, before: readonly unknown[]): string {
  if (!(error instanceof Error)) return String(error);
  const isKnown = before.some((cause) => cause instanceof Error && cause.message === error.message);
  return isKnown && error instanceof NotObtainableError ? `no ${error.target}, as above` : error.message;
}

function isRefusal(answer: object): answer is Refusal {
  return 'refused' in answer;
}

function remedyFor(error: unknown, remedy = 'fix what the reason names'): string {
  return error instanceof NotObtainableError ? 'make one of these ways work' : remedy;
}

function describeWrong({ setting, reason }: Attempt): string {
  return `${setting} cannot be used: ${reason.replaceAll('\n', ' ')}`;
}

function lastReason(attempts: readonly Attempt[], causes: readonly unknown[]): string {
  const failure = causes.findLast((cause) => cause instanceof Error);
  const reason = failure?.message ?? attempts.at(-1)?.reason;
  return reason?.split('\n')[0] ?? 'no way to find or start one';
}

function describeAttempts(target: string, attempts: readonly Attempt[]): string {
  const lines = attempts.map(({ way, reason, remedy }, at) => {
    const indented = reason.replaceAll('\n', '\n     ');
    return `  ${at + 1}. ${way}: ${indented}\n     Remedy: ${remedy}`;
  });
  return [`No ${target}. Tried:`, ...lines].join('\n');
}

import { ProblemError } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import {
  ModuleClient,
  answered,
  readBounded,
  sendSigned,
  whyNoAnswer,
  type ActingFor,
  type ModuleAnswer,
} from '@nestjs-spark/modules/internal';
import type { NamedModule } from '../settings/options.ts';
import { MODULE_AWAY, PASSED_ON } from '../settings/problems.ts';

/** A request to a module on behalf of a user. */
export interface Question {
  module: string;
  method?: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: object;
  timeoutMs?: number;
}

export interface ConsoleClientParts {
  client: ModuleClient;
  /** The modules that are in no registry. */
  named: readonly NamedModule[];
  operatorToken: string | null;
}

const TIMEOUT_MS = 3_000;
const ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Sends requests to modules: with a token of the console's own module that names the user or, if the options give the module's name and address,
 * with the operator token. The operator token is never sent to an address from a registry.
 */
export class ConsoleClient {
  readonly #parts: ConsoleClientParts;

  constructor(parts: ConsoleClientParts) {
    this.#parts = parts;
  }

  async ask(
    act: ActingFor,
    { module, method = 'GET', timeoutMs = TIMEOUT_MS, ...rest }: Question,
  ): Promise<ModuleAnswer> {
    const { client, named } = this.#parts;
    if (!isPlain(rest.path)) throw new ProblemError('invalid', 'The path cannot be read.');
    const known = named.find(({ name }) => sameName(name, module));
    if (known) return this.#askByToken(known.url, { method, timeoutMs, ...rest });
    return client.call({ module, method, act, timeoutMs, answerBytes: ANSWER_BYTES, ...rest });
  }

  /** Whether the options name the module, so that its routes without module tokens can be used as well. */
  isNamed(module: string): boolean {
    return this.#parts.named.some(({ name }) => sameName(name, module));
  }

  /**
   * The module's answer if the request succeeded.
   * @throws {ProblemError} `moduleAway` (502), or the module's own refusal
   */
  async demand(act: ActingFor, question: Question): Promise<unknown> {
    const answer = await this.ask(act, question);
    const { module } = question;
    if (answer.kind === 'answered') {
      if (answer.status < 300) return answer.body;
      throw new PassedOnProblem(module, answer);
    }
    const why = answer.kind === 'unreachable' ? answer.reason : 'it is not registered';
    throw new ProblemError(MODULE_AWAY, `${module} does not answer: ${why}.`, { members: { module } });
  }

  /** Only for addresses from the options: otherwise anyone who can register a module would receive the token. */
  async #askByToken(
    base: string,
    { method = 'GET', path, body, timeoutMs = TIMEOUT_MS }: Omit<Question, 'module'>,
  ): Promise<ModuleAnswer> {
    const { operatorToken } = this.#parts;
    try {
      const response = await sendSigned({
        url: new URL(`${base.replace(/(?<!\/)\/+$/, '')}${path}`),
        method,
        token: operatorToken ?? 'none',
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readBounded(response, ANSWER_BYTES);
      return answered(response, text);
    } catch (error) {
      const { timedOut, code, words } = whyNoAnswer(error);
      return {
        kind: 'unreachable',
        reason: timedOut ? 'no answer in time' : (code ?? words ?? 'unknown failure'),
      };
    }
  }
}

/** A segment such as `..` would make the path that of another route. */
function isPlain(path: string): boolean {
  const [asked] = path.split('?', 1);
  return URL.parse(path, 'http://module')?.pathname === asked;
}

/** A module's refusal, passed on with its own body and status. */
export class PassedOnProblem extends ProblemError {
  readonly #status: number;
  readonly #body: Record<string, unknown>;

  constructor(
    module: string,
    { status, body, retryAfterSeconds }: { status: number; body: unknown; retryAfterSeconds?: number },
  ) {
    const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const said = [problem['detail'], problem['title']].find((one) => typeof one === 'string');
    super(PASSED_ON, String(said ?? `${module} answered ${status}.`).slice(0, 2_000), {
      members: { module },
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    this.#status = status === 401 ? 502 : status;
    this.#body = problem;
  }

  override get status(): number {
    return this.#status ?? 400;
  }

  override toProblem(): ReturnType<ProblemError['toProblem']> {
    const { type, title, errors } = this.#body;
    const own = super.toProblem();
    return {
      ...own,
      status: this.status,
      ...(typeof type === 'string' ? { type: type.slice(0, 200) } : {}),
      ...(typeof title === 'string' ? { title: title.slice(0, 200) } : {}),
      ...(Array.isArray(errors) ? { errors: errors.slice(0, 50) } : {}),
    };
  }
}

import { signal } from '@preact/signals';

export interface Session {
  name: string;
  role: 'viewer' | 'operator';
  csrf: string;
  readOnly: boolean;
  title: string;
}

/** Who is signed in; null for nobody, undefined while that is not known. */
export const session = signal<Session | null | undefined>(undefined);
export const closed = signal(false);
/** Why a token was refused. */
export const refusal = signal<string | null>(null);
/** Whether somebody was signed in until their session ended by itself. */
export const over = signal(false);

/** What the console answered instead of what was asked for. */
export class ApiError extends Error {
  readonly status: number;
  readonly retryAfter: number;
  readonly problem: {
    type?: string;
    errors?: { pointer?: string; detail: string; line?: number; column?: number }[];
  };

  constructor(status: number, problem: ApiError['problem'] & { detail?: string }, retryAfter: number) {
    super(problem.detail ?? `The console answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
    this.problem = problem;
  }
}

export function mayWrite(): boolean {
  const { value } = session;
  return value?.role === 'operator' && !value.readOnly;
}

/** Asks the console. When the session is over, the sign-in page is shown. */
export async function api<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const response = await fetch(`api/${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(session.value ? { 'x-spark-csrf': session.value.csrf } : {}),
    },
    body: body ? JSON.stringify(body) : null,
  });
  const answer = (await response.json().catch(() => ({}))) as T &
    ApiError['problem'] & { detail?: string; closed?: boolean };
  if (response.ok) return answer;
  if (response.status === 401) {
    closed.value = answer.closed === true;
    over.value = session.value !== null && !(path === 'session' && method === 'POST');
    session.value = null;
  }
  throw new ApiError(response.status, answer, Number(response.headers.get('retry-after') ?? 0));
}

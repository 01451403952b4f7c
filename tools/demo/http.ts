import { describeProblem } from './describe-problem.ts';

const PATIENCE_MS = 30_000;

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Sends a request to an app, JSON in and out, accepting any status. */
export async function ask(url: string, method = 'GET', body?: object, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) };
}

/** As {@link ask}, but anything except a 2xx is an error that says why. */
export async function demand(url: string, method = 'GET', body?: object, token?: string): Promise<Answer> {
  const answer = await ask(url, method, body, token);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`${method} ${url} answered ${answer.status}: ${describeProblem(answer.body)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

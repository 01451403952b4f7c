import { type Dispatcher, fetch as fetchOver } from 'undici';

/** What came back: the body as JSON where it is JSON, as text otherwise. */
export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Question {
  method?: string;
  /** Sent as JSON; a string is sent as it is, as JSON text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Makes the connection, where it needs a certificate. */
  dispatcher?: Dispatcher | undefined;
}

/** Asks over HTTP and answers whatever the status. */
export async function ask<T = unknown>(url: string, question: Question = {}): Promise<Answer<T>> {
  const { method = 'GET', body } = question;
  // A connection that was kept may be closed by the application just as it is used again.
  const headers = { ...question.headers, connection: 'close' };
  const request = {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(120_000),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const { dispatcher } = question;
  const response = dispatcher
    ? ((await fetchOver(url, { ...request, dispatcher })) as unknown as Response)
    : await fetch(url, request);
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : text) as T,
  };
}

/** Asks and insists on a 2xx. */
export async function demand<T = unknown>(url: string, question: Question = {}): Promise<Answer<T>> {
  const answer = await ask<T>(url, question);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`${question.method ?? 'GET'} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

export interface SignedRequest {
  url: URL;
  method: 'GET' | 'POST' | 'DELETE';
  /** The calling module's token, made for this request; or the operators'. */
  token: string;
  /** JSON. */
  body: string | undefined;
  signal: AbortSignal;
}

/** Calls a module's `/spark` routes. A redirect is returned as an answer: the token is sent to this address only. */
export function sendSigned({ url, method, token, body, signal }: SignedRequest): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, application/problem+json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body ?? null,
    redirect: 'manual',
    signal,
  });
}

/** Why there was no answer, as far as the error shows. */
export interface NoAnswer {
  timedOut: boolean;
  /** The system's word for it: `ECONNREFUSED`. */
  code: string | null;
  words: string | null;
}

/** `fetch` hides what happened in the cause of its error. */
export function whyNoAnswer(error: unknown): NoAnswer {
  const { name, message, cause } = Object(error) as { name?: unknown; message?: unknown; cause?: unknown };
  const inner = Object(cause) as { code?: unknown; message?: unknown };
  return {
    timedOut: name === 'TimeoutError',
    code: text(inner.code),
    words: text(inner.message) ?? text(message),
  };
}

/** The answer's JSON; undefined when it is not JSON. */
export function parseAnswer(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

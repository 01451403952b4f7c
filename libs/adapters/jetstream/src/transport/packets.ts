/** The JSON sent for an event or a request, and for the answer. */
export interface Packet {
  pattern: unknown;
  data: unknown;
  metadata?: unknown;
}

export interface Reply {
  response?: unknown;
  err?: unknown;
  isDisposed?: boolean;
}

export function encodeJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function decodeJson<T>(data: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(data)) as T;
}

/** Errors have no enumerable fields for JSON. */
export function toWire(error: unknown): unknown {
  return error instanceof Error ? { status: 'error', message: error.message } : error;
}

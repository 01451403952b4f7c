const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** Whether `value` has the form of a key's RFC 7638 thumbprint with SHA-256: 43 characters of base64url. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === 'string' && THUMBPRINT.test(value);
}

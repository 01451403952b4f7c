/**
 * Whether a text can be a module's address: the paths of requests are appended to it, so neither a query nor a fragment
 * may be there, and credentials would be visible to anyone who reads the registry. Empty for a module without HTTP.
 */
export function isModuleUrl(value: unknown): value is string {
  if (value === '') return true;
  if (typeof value !== 'string' || value.length > LONGEST_URL || !isHttpAddress(value)) return false;
  const { username, password } = new URL(value);
  // An empty query is in the text only.
  return username === '' && password === '' && !/[?#]/.test(value);
}

const LONGEST_URL = 2_048;

/** An address that may be shown to others: without a user and password. */
export function withoutUserInfo(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.username === '' && url.password === '')) return address;
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}

/** Whether a text is an address that HTTP can be spoken to; `host:8080` alone is not. */
export function isHttpAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

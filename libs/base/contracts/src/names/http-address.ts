/**
 * Whether a text can be a module's address. Request paths are appended to it, so it cannot have a query or fragment, and
 * credentials would be visible to anyone who reads the registry. Empty for a module without HTTP.
 */
export function isModuleUrl(value: unknown): value is string {
  if (value === '') return true;
  if (typeof value !== 'string' || value.length > LONGEST_URL || !isHttpAddress(value)) return false;
  const { username, password } = new URL(value);
  // An empty query only shows in the text.
  return username === '' && password === '' && !/[?#]/.test(value);
}

const LONGEST_URL = 2_048;

/** An address that is safe to show: without user and password. */
export function withoutUserInfo(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.username === '' && url.password === '')) return address;
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}

/** Whether a text is an HTTP or HTTPS URL; `host:8080` alone is not. */
export function isHttpAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

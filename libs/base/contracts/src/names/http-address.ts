/** Whether a text is an address that HTTP can be spoken to; `host:8080` alone is none. */
export function isHttpAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

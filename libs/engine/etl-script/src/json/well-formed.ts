const ESCAPES = /\\(?:ud[89a-f][0-9a-f]{2}|[^])/g;

/**
 * JSON text with U+FFFD for lone surrogates, as RavenDB writes them. The sandbox writes whole characters unescaped, so that an
 * escaped one is a lone surrogate.
 */
export function wellFormed(text: string): string {
  if (!text.includes('\\ud')) return text;
  return text.replace(ESCAPES, (escape) => (escape.length > 2 ? '\ufffd' : escape));
}

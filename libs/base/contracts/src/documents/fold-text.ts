/**
 * A text without regard to capitals, as RavenDB's indexes keep it for sorting: each UTF-16 unit for itself, so that nothing gets
 * longer and what lies beyond U+FFFF stays.
 */
export function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (let at = 0; at < text.length; at++) {
    const lower = text.charAt(at).toLowerCase();
    folded += lower.length === 1 ? lower : text.charAt(at);
  }
  return folded;
}

const BEYOND_ASCII = /[^\0-\x7f]/;

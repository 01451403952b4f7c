/**
 * Folds a text's case as RavenDB's indexes do for sorting: one UTF-16 unit at a time, so that nothing gets longer and characters
 * beyond U+FFFF stay.
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

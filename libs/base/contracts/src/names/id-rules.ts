const beyondAscii = /[^\0-\x7f]/;

/**
 * The key under which RavenDB finds a document: two ids with the same key are the same document.
 * RavenDB lowers each UTF-16 unit by itself with .NET's invariant culture: `İ` stays, `Σ` is always `σ`, and letters beyond
 * U+FFFF stay, because neither half of a surrogate pair has a lower case.
 */
export function ravenKey(id: string): string {
  return beyondAscii.test(id)
    ? Array.from({ length: id.length }, (_, at) => lowerUnit(id[at]!)).join('')
    : id.toLowerCase();
}

/** The key under which SQLite finds a document: its `lower()` and `NOCASE` know the 26 ASCII letters only. */
export function sqliteKey(id: string): string {
  return beyondAscii.test(id)
    ? id.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : id.toLowerCase();
}

function lowerUnit(unit: string): string {
  const lower = unit.toLowerCase();
  return lower.length === 1 ? lower : unit;
}

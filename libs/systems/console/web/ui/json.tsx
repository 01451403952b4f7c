/** JSON as people read it; what is none stays as it is. */
export function Json({ text, label }: { text: string; label: string }) {
  return (
    <pre class="code" tabIndex={0} aria-label={label} role="region">
      {pretty(text)}
    </pre>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), withoutMetadata, 2);
  } catch {
    return text;
  }
}

/** What a store says of a document is not what its owner wrote. */
function withoutMetadata(name: string, value: unknown): unknown {
  return name === '@metadata' ? undefined : value;
}

/** The headings of a version in the changelog, in order. */
const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const;

const UNRELEASED = '## Unreleased';

/** The sentence of a change set, without its front matter. */
export function sentenceOf(changeSet: string): string {
  return changeSet.replace(/^---\n[\s\S]*?\n---\n/, '').trim();
}

/**
 * The changelog with a section for `version`: the entries under "Unreleased", and the sentences of the change sets, under the
 * headings that they begin with.
 * @throws {Error} for a sentence that does not begin with a heading: correct that change set
 */
export function withRelease(
  changelog: string,
  version: string,
  date: string,
  sentences: readonly string[],
): string {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new Error(`CHANGELOG.md has no "${UNRELEASED}"`);
  const end = changelog.indexOf('\n## ', start + UNRELEASED.length);
  const written = changelog.slice(start + UNRELEASED.length, end < 0 ? undefined : end);
  const sections = sectionsOf(written);
  for (const sentence of sentences) {
    const kind = KINDS.find((one) => sentence.startsWith(`${one}: `));
    if (!kind) throw new Error(`A change set begins with ${KINDS.join(', ')} and a colon: ${sentence}`);
    const line = `- ${sentence.slice(kind.length + 2)}`;
    sections.set(kind, [...(sections.get(kind) ?? []), line]);
  }
  const body = KINDS.flatMap((kind) => {
    const lines = sections.get(kind) ?? [];
    return lines.length > 0 ? [`### ${kind}\n\n${lines.join('\n')}`] : [];
  });
  const release = [UNRELEASED, `## ${version} - ${date}`, ...body].join('\n\n');
  return `${changelog.slice(0, start)}${release}\n${end < 0 ? '' : changelog.slice(end)}`;
}

/** The lines under each heading of a version. */
function sectionsOf(text: string): Map<string, string[]> {
  const parts = text.split(/^### (.+)\n/m).slice(1);
  const sections = new Map<string, string[]>();
  for (let i = 0; i + 1 < parts.length; i += 2)
    sections.set(parts[i] ?? '', (parts[i + 1] ?? '').trim().split('\n'));
  return sections;
}

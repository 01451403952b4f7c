import { memberName, scanMembers } from '@nestjs-spark/contracts/text';
import { withMetadata, type SplitDocument } from './split-metadata.ts';

const METADATA = '@metadata';

/** What a script may have changed in a document that it loads. */
export interface PatchedFields {
  /** Fields that the script names: no others can have changed. */
  named: string[];
  /** Those of them that it writes or deletes; the others may only have changed inside. */
  written: string[];
}

/**
 * The document with a patch applied. A member of the patch replaces the one of the same name or is appended; a written field
 * missing from the patch is removed. Everything else stays exactly as written.
 */
export function patchDocument(document: string, patch: string, written: ReadonlySet<string>): SplitDocument {
  const changes = new Map<string, string>();
  scanMembers(patch, (member) => {
    const name = memberName(patch, member);
    changes.set(name, patch.slice(name === METADATA ? member.valueStart : member.nameStart, member.valueEnd));
  });
  let metadata = changes.get(METADATA);
  changes.delete(METADATA);
  let fields = '';
  const add = (member: string): void => {
    fields += fields === '' ? member : `,${member}`;
  };
  scanMembers(document, (member) => {
    const name = memberName(document, member);
    const change = changes.get(name);
    if (name === METADATA) {
      if (metadata === undefined && !written.has(name))
        metadata = document.slice(member.valueStart, member.valueEnd);
    } else if (change !== undefined) {
      add(change);
      changes.delete(name);
    } else if (!written.has(name)) {
      add(document.slice(member.nameStart, member.valueEnd));
    }
  });
  for (const change of changes.values()) add(change);
  return metadata === undefined ? { fields: `{${fields}}` } : withMetadata(`{${fields}}`, metadata);
}

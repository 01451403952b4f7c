import { ContentRefusedError } from '@nestjs-spark/contracts';
import { refuseTogether, unreadableName } from '@nestjs-spark/contracts/internal';
import type { WantedExtras } from './reduce-extras.ts';

/** @throws {DocumentsRefusedError} naming every copy that RavenDB could not return with its attachments */
export function checkAttachments(extras: ReadonlyMap<string, WantedExtras>): void {
  refuseTogether(extras.values(), ({ id, attachments = [] }) => {
    for (const { name, contentType } of attachments) {
      refuse(id, `the name of its attachment ${quoted(name)}`, name);
      refuse(id, `the content type of its attachment ${quoted(name)}`, contentType);
    }
  });
}

function refuse(id: string, what: string, text: string): void {
  const reason = unreadableName(text);
  if (reason !== null) throw new ContentRefusedError(`Document ${quoted(id)}: ${what} ${reason}`, id);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

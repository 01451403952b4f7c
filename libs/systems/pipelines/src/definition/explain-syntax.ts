import type { YAMLError } from 'yaml';
import { unknownTag } from './check-nodes.ts';

export const TOO_DEEP = 'It is nested too deeply';

const QUOTES = 'put the text in quotes';

/** Rephrases a parser error, with what would be right. */
export function wordsOf({ code, message }: YAMLError): string {
  // The parser catches its own stack overflow, and reports it as an error in the text.
  if (code === 'RESOURCE_EXHAUSTION' || /call stack/i.test(message)) return TOO_DEEP;
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'A second document begins here: a definition is one document';
    case 'TAB_AS_INDENT':
      return 'A tab indents this line: indent by spaces';
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      return `A second ": " in one line: ${QUOTES}, or begin a new line`;
    case 'BAD_SCALAR_START':
      return `A text cannot begin with this character: ${QUOTES}`;
    case 'BAD_ALIAS':
      return `A text cannot begin with * or &, which stand before the name of a value: ${QUOTES}`;
    case 'BAD_DQ_ESCAPE':
      return `${message}: write \\\\ for a backslash, or use single quotes`;
    case 'TAG_RESOLVE_FAILED':
      return unknownTag(/![^\s]*/.exec(message)?.[0] ?? '!');
    case 'MISSING_CHAR':
      return message.replace(/^Missing closing (["'])quote$/, 'The quote $1 is not closed');
    default:
      return plain(message);
  }
}

/** Rephrases errors such as `Unexpected , in flow map`. */
function plain(message: string): string {
  const closing = /^Flow .* and end with a (.)$/.exec(message)?.[1];
  if (closing !== undefined) return `A ${closing} is missing, or this line is not indented enough`;
  return message.replace(/\bflow map(?:ping)?\b/, '{ }').replace(/\bflow seq(?:uence)?\b/, '[ ]');
}

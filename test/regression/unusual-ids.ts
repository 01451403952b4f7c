/** Ids that another program may give its documents, beside those of a user's own application. */
export interface UnusualId {
  what: string;
  id: string;
  /** Part of the reason for which no store takes it; absent: every store keeps it as it is. */
  refused?: string;
}

const LOWER_IS_LONGER = '\u023a'; // two bytes, its lower case has three

export const UNUSUAL_IDS: readonly UnusualId[] = [
  { what: 'a blank', id: ' ', refused: 'blank' },
  { what: 'a no-break space', id: '\u00a0', refused: 'blank' },
  { what: 'nothing but line breaks', id: '\n\r\n', refused: 'blank' },
  { what: 'the space of Chinese and Japanese', id: '\u3000\u3000', refused: 'blank' },
  { what: 'next line (U+0085), white space to .NET only', id: '\u0085', refused: 'blank' },
  { what: 'a byte order mark, white space to JavaScript only', id: '\ufeff' },
  { what: 'a zero width space', id: '\u200b' },
  { what: 'a slash at its end', id: 'odd/', refused: 'end in "/"' },
  { what: 'a bar at its end', id: 'odd|', refused: 'end in "/" or "|"' },
  { what: 'a blank after its slash', id: 'odd/ ' },
  { what: 'a blank in front', id: ' odd/1' },
  { what: 'a line break inside', id: 'odd/a\nb' },
  { what: 'a tab at its end', id: 'odd/a\t' },
  { what: 'a NUL', id: 'odd/a\0b', refused: 'U+0000' },
  { what: 'an escape character', id: 'odd/\u001b[31m', refused: 'U+001B' },
  { what: 'delete and C1 controls', id: 'odd/\u007f\u0080\u009f' },
  { what: '512 bytes', id: `odd/${'x'.repeat(508)}` },
  { what: '513 bytes', id: `odd/${'x'.repeat(509)}`, refused: 'more than 512 bytes' },
  { what: '512 bytes of two-byte letters', id: `odd/${'é'.repeat(254)}` },
  {
    what: '508 bytes, of which lower case makes more than 512',
    id: `odd/${LOWER_IS_LONGER.repeat(252)}`,
    refused: 'in lower case',
  },
  { what: '128 letters of four bytes', id: `${'\u{10ffff}'.repeat(128)}` },
  { what: 'signs of URLs', id: 'odd/%2F?a=b&c#d+e%' },
  { what: 'quotes, backslashes and wildcards', id: 'odd/"\\\'*?[]{}' },
  { what: 'a quote after a letter that gets shorter in lower case', id: 'odd/ẞ"a', refused: 'in UTF-8' },
  { what: 'a line break after a letter that gets longer in lower case', id: 'odd/Ⱥ\n', refused: 'in UTF-8' },
  { what: 'a line break after a letter that has no lower case of its own', id: 'odd/ß\n' },
  { what: 'dots', id: '..' },
  { what: 'the replacement character', id: 'odd/\ufffd' },
  { what: 'noncharacters', id: 'odd/\ufffe\uffff' },
  { what: 'the word for no value', id: 'null' },
  { what: 'an emoji of several characters', id: 'odd/👩‍👩‍👧‍👦' },
  { what: 'text from right to left', id: 'odd/\u202eמכונית' },
  { what: 'a prefix of the store', id: '@empty/Raven/HiLo/1' },
];

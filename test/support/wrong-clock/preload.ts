import { readFileSync, writeFileSync } from 'node:fs';

// Imported before anything else of a process: its wall clock is off by the value in the file, and may be set while it runs.
const file = process.env['SPARK_TEST_CLOCK'] ?? '';
const RealDate = Date;
let offMs = 0;

function look(): void {
  const text = readFileSync(file, 'utf8');
  // Empty while it is being written.
  if (text === '' || Number(text) === offMs) return;
  offMs = Number(text);
  writeFileSync(`${file}.seen`, text);
}

class WrongDate extends RealDate {
  constructor(...parts: [] | [string | number | Date]) {
    if (parts.length === 0) super(WrongDate.now());
    else super(...parts);
  }

  static override now(): number {
    return RealDate.now() + offMs;
  }
}

look();
setInterval(look, 100).unref();
globalThis.Date = new Proxy(WrongDate, {
  apply: () => new WrongDate().toString(),
  construct: (_target, parts, made) =>
    parts.length > 1
      ? Reflect.construct(RealDate, parts, made)
      : (Reflect.construct(WrongDate, parts, made) as object),
}) as unknown as DateConstructor;

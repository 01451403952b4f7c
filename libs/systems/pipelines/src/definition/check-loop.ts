import { posix } from 'node:path';
import { refused, type Fault } from './refusal.ts';
import type { Draft } from './types.ts';

type Path = Fault['path'];

/** A pipeline that reads what it writes never ends, and writes every record again and again. */
export function checkLoop({ source, sink }: Draft): Fault[] {
  const path = source && sink && pathOfLoop(source, sink);
  return path ? [refused(path, 'is what the source reads: the pipeline would read what it writes')] : [];
}

function pathOfLoop(source: NonNullable<Draft['source']>, sink: NonNullable<Draft['sink']>): Path | null {
  if (source.type === 'kafka' && sink.type === 'kafka') {
    const isSame = source.topic === sink.topic && connectionOf(source) === connectionOf(sink);
    return isSame && source.topic !== undefined ? ['sink', 'topic'] : null;
  }
  if (source.type !== 'file' || source.path === undefined) return null;
  const written = writtenBy(sink);
  const isRead =
    written !== null && posix.matchesGlob(posix.normalize(written), posix.normalize(source.path));
  return isRead ? ['sink', 'path'] : null;
}

const connectionOf = ({ connection }: { connection?: string | undefined }): string => connection ?? 'default';

/** A file that a sink makes; null: it makes none. */
function writtenBy(sink: NonNullable<Draft['sink']>): string | null {
  if (sink.type === 'sqlite') return sink.path ?? null;
  if (sink.type !== 'file' || sink.path === undefined) return null;
  return posix.join(sink.path, `1-0-0000000001.${sink.format ?? 'ndjson'}`);
}

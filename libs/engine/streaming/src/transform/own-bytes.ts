import type { SendableCommand, SendableOutput } from '@nestjs-spark/etl-script/internal';
import { isPut } from './copy-extras.ts';

/**
 * For tasks that share what a script made: each owns its bytes, so that it can give them back. What the script made of a document
 * is one buffer, and so is its copy.
 */
export function withOwnBytes(output: SendableOutput): SendableOutput {
  if (output.status === 'failed' || !output.commands.some(({ type }) => type === 'large-put')) return output;
  const copies = new Map<ArrayBuffer, ArrayBuffer>();
  const copyOf = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const copy = copies.get(buffer) ?? buffer.slice(0);
    copies.set(buffer, copy);
    return new Uint8Array(copy, byteOffset, byteLength);
  };
  const commands = output.commands.map((command): SendableCommand => {
    if (command.type !== 'large-put') return command;
    const { fields, metadata } = command;
    return { ...command, fields: copyOf(fields), ...(metadata && { metadata: copyOf(metadata) }) };
  });
  return { ...output, commands };
}

/** In characters of JSON text, or in bytes. */
export function sizeOfOutput(output: SendableOutput): number {
  if (output.status === 'failed') return 0;
  return output.commands.reduce((sum, command) => sum + sizeOfCommand(command), 0);
}

function sizeOfCommand(command: SendableCommand): number {
  if (!isPut(command)) return 0;
  return command.fields.length + (command.metadata?.length ?? 0);
}

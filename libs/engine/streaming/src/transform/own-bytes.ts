import type { SendableCommand, SendableOutput } from '@nestjs-spark/etl-script/internal';

/** The output with bytes of its own: what the script made of a document is one buffer, and so is its copy. */
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

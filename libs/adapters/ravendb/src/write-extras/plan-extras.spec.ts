import { describe, expect, it } from '@jest/globals';
import type { AttachmentCopy, ChangeCommand } from '@nestjs-spark/contracts';
import { NONE, type ExistingExtras } from './existing-extras.ts';
import { planExtras } from './plan-extras.ts';
import { reduceExtras } from './reduce-extras.ts';

const attachment = (name: string, hash: string): AttachmentCopy => ({
  name,
  hash,
  contentType: 'text/plain',
  size: 1,
  source: { id: 'a/1', name },
  content: 'x',
});
const plan = (commands: ChangeCommand[], has: Partial<ExistingExtras> = {}) => {
  const { commands: planned, contents } = planExtras(
    reduceExtras(commands, 'ravendb'),
    new Map([['a/1', { ...NONE, ...has }]]),
  );
  return {
    commands: planned.map((text) => JSON.parse(text) as Record<string, unknown>),
    text: planned.join(),
    sent: contents.map(({ attachment: { name } }) => name),
  };
};

describe('What brings a copy to the attachments it is to have', () => {
  const wanted: ChangeCommand = {
    type: 'attachments',
    id: 'A/1',
    attachments: [attachment('same', '1'), attachment('other', '2'), attachment('new', '3')],
  };
  const existing = (Name: string, Hash: string) => ({ Name, Hash, ContentType: 'text/plain' });

  it('case 75: sends only what is not there with this name and hash, and deletes what the module added', () => {
    const attachments = [existing('same', '1'), existing('other', '1'), existing('gone', '1')];
    const { commands, sent } = plan([wanted], { attachments });
    expect(sent).toEqual(['other', 'new']);
    expect(commands.map(({ Type, Name }) => `${Type} ${Name}`)).toEqual([
      'AttachmentDELETE gone',
      'AttachmentPUT other',
      'AttachmentPUT new',
    ]);
  });

  it('is nothing for a document that is neither put nor a copy', () => {
    expect(planExtras(reduceExtras([{ ...wanted, id: 'b/1' }], 'ravendb'), new Map())).toEqual({
      commands: [],
      contents: [],
    });
  });

  it('is nothing where the document is deleted afterwards', () => {
    expect(plan([wanted, { type: 'delete', id: 'a/1' }]).commands).toEqual([]);
    expect(plan([wanted, { type: 'delete-prefix', prefix: 'A/' }]).commands).toEqual([]);
  });
});

describe('A copy that is to have nothing', () => {
  it('loses what it has', () => {
    const attachments = [{ Name: 'a', Hash: '1', ContentType: '' }];
    const { commands } = plan([{ type: 'no-extras', id: 'a/1' }], {
      attachments,
      counters: ['c'],
      timeSeries: ['s'],
    });
    expect(commands.map(({ Type }) => Type)).toEqual(['AttachmentDELETE', 'Counters', 'TimeSeries']);
  });
});

describe('What brings a copy to its counters', () => {
  it('case 80: sets their values with every digit and deletes the others', () => {
    const counters = [{ name: 'likes', value: '9007199254740993' }];
    const { text } = plan([{ type: 'counters', id: 'a/1', counters }], { counters: ['Likes', 'old'] });
    expect(text).toContain('{"Type":"Delete","CounterName":"old"}');
    expect(text).toContain('{"Type":"Put","CounterName":"likes","Delta":9007199254740993}');
    expect(text).not.toContain('Increment');
  });
});

describe('What brings a copy to its time series', () => {
  const part = (name: string): ChangeCommand => ({
    type: 'time-series',
    id: 'a/1',
    name,
    from: null,
    to: null,
    entries: [{ at: '2026-01-01T00:00:00.0000000Z', values: [1], tag: null }],
  });

  it('clears the range before it writes it, so that writing it again changes nothing', () => {
    const [command] = plan([part('Speed')], { timeSeries: ['speed'] }).commands;
    expect(command).toMatchObject({
      Type: 'TimeSeries',
      TimeSeries: { Deletes: [{ From: null, To: null }], Appends: [{ Values: [1] }] },
    });
  });

  it('clears nothing where there is no such series yet', () => {
    expect(plan([part('Speed')]).text).not.toContain('Deletes');
  });

  it('increments an incremental one from nothing: RavenDB lets nobody append there', () => {
    const [command] = plan([part('INC:Views')], { timeSeries: ['INC:Views'] }).commands;
    expect(command).toMatchObject({
      Type: 'TimeSeriesWithIncrements',
      TimeSeries: { Deletes: [{ From: null, To: null }], Increments: [{ Values: [1] }] },
    });
  });

  it('deletes a series that is not to be there', () => {
    const names: ChangeCommand = { type: 'time-series-names', id: 'a/1', names: ['Speed'] };
    const { commands } = plan([names], { timeSeries: ['Speed', 'Old'] });
    expect(commands).toMatchObject([{ TimeSeries: { Name: 'Old', Deletes: [{ From: null, To: null }] } }]);
  });
});

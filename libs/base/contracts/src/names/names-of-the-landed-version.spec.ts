import { describe, expect, it } from '@jest/globals';
import type { Checkpoint } from '../ports/change-sink.ts';
import { fromStoredCheckpoint, toStoredCheckpoint } from '../ports/stored-checkpoint.ts';
import { isCopyOf } from '../documents/own-copies.ts';
import { copiesLabel, copiesSource } from './copies-name.ts';
import { checkpointId, generationLabel, witnessId } from './document-ids.ts';
import { routeLogs, taskPlace } from './subjects.ts';
import { taskId, taskLabel, taskName, taskOf } from './task-key.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars-2_b' };
const NAME = taskName(TASK);

const REST: Omit<Checkpoint, 'name'> = {
  generation: 3,
  incarnation: 'a1',
  databaseId: 'db',
  to: 70,
  live: true,
  script: 'f',
  witness: { number: 1, mark: 'm' },
  sequence: 9,
  streamCreated: '2026-01-01T00:00:00Z',
  swept: true,
  setsApplied: 1,
  documentsPut: 2,
  documentsDeleted: 0,
  readAt: 1,
  appliedAt: 2,
};

describe('What databases and streams contain under a task', () => {
  it('has the ids of the landed version', () => {
    expect(checkpointId(NAME)).toBe('sparkCheckpoints/fleet/hr/cars-2_b');
    expect(witnessId(taskId(TASK))).toBe('sparkWitnesses/fleet/hr/cars-2_b');
  });

  it('has the stream and the subject of the landed version', () => {
    expect(taskPlace(TASK)).toEqual({
      stream: 'SPARK_ROUTE_FLEET_HR',
      subject: 'spark.route.fleet.hr.cars-2_b',
    });
    expect(routeLogs('Fleet', 'HR')).toEqual({
      name: 'SPARK_ROUTE_FLEET_HR',
      subjects: 'spark.route.fleet.hr.>',
      description: 'Spark: changes from Fleet to HR',
    });
  });

  it('marks copies as the landed version did', () => {
    expect(copiesLabel(NAME)).toBe('HR/cars-2_b');
    expect(copiesSource(NAME)).toBe('Fleet');
    expect(generationLabel(taskLabel(TASK), 7)).toBe('HR/cars-2_b:7');
    const own = isCopyOf(NAME);
    expect(own({ generation: 'HR/cars-2_b:1', copyOf: 'Fleet/cars/1' })).toBe(true);
    expect(own({ generation: 'hr/CARS-2_b:1', copyOf: 'FLEET/cars/1' })).toBe(true);
    expect(own({ generation: 'HR/cars-2_b:1', copyOf: 'Garage/cars/1' })).toBe(false);
    expect(own({ generation: 'HR/cars-2_bx:1', copyOf: 'Fleet/cars/1' })).toBe(false);
    expect(own({ generation: null, copyOf: null })).toBe(false);
  });

  it('keeps a checkpoint in the form of the landed version', () => {
    const landed = { task: TASK, ...REST };
    expect(JSON.stringify(toStoredCheckpoint({ name: NAME, ...REST }))).toBe(JSON.stringify(landed));
    expect(fromStoredCheckpoint(landed)).toEqual({ name: NAME, ...REST });
  });

  it('keeps the checkpoint of any other name under that name', () => {
    const other = { name: 'notes/east', ...REST };
    expect(fromStoredCheckpoint(toStoredCheckpoint(other))).toEqual(other);
  });
});

describe('A plain name', () => {
  it('is made of a task and gives it back', () => {
    expect(NAME).toBe('Fleet/HR/Cars-2_b');
    expect(taskOf(NAME)).toEqual(TASK);
  });

  it.each(['', 'Fleet', 'Fleet/HR', 'Fleet//Cars', 'Fleet/HR/Cars/more'])(
    '%p is not one of a task',
    (name) => {
      expect(taskOf(name)).toBeNull();
    },
  );

  it('has at least a place that copies come from, and a label', () => {
    expect(() => copiesSource('Fleet')).toThrow(TypeError);
    expect(() => copiesLabel('/HR')).toThrow(TypeError);
    expect(copiesLabel('notes/east')).toBe('east');
  });
});

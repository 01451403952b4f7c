export class ReplicatedModule {}

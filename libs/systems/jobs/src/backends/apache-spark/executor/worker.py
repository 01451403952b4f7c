"""Pipes blocks of bytes through a Node program, beside a task of Apache Spark.

It lies in an archive together with the program. `make(argument)` returns the function for mapInArrow: blocks in the column
`part` go in; what comes out are parts of the result and, in the last row, a report.
"""

import json
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import zipfile

import pyarrow
from pyspark.sql.types import BinaryType, StringType, StructField, StructType

SCHEMA = StructType([StructField("part", BinaryType()), StructField("report", StringType())])


def make(argument):
    def run(batches):
        config = json.loads(argument)
        blocks = [block for batch in batches for block in batch.column(0).to_pylist()]
        command = [config["node"], os.path.join(_unpacked(), config["main"])]
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
            except OSError as error:
                yield _failed("resource", "no-node", "Node cannot be started on an executor: %s" % error)
                return
            try:
                writer = threading.Thread(target=_write, args=(process.stdin, [argument.encode()] + blocks), daemon=True)
                writer.start()
                for kind, body in _frames(process.stdout):
                    if kind == b"p":
                        yield _row(body, None)
                    else:
                        yield _row(None, body.decode())
                        return
                errors.seek(max(0, errors.tell() - 4000))
                said = errors.read().decode(errors="replace").strip()
                yield _failed("backend", "worker-died", "The worker on the executor has ended too early: %s" % said)
            finally:
                process.kill()
                process.wait()

    return run


def _unpacked():
    """The folder with the program; made once, by whoever comes first."""
    archive = os.path.dirname(os.path.abspath(__file__))
    target = archive + ".unpacked"
    if not os.path.isdir(target):
        scratch = tempfile.mkdtemp(dir=os.path.dirname(archive))
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(scratch)
        try:
            os.rename(scratch, target)
        except OSError:
            shutil.rmtree(scratch, ignore_errors=True)
    return target


def _write(pipe, blocks):
    """Leaves the pipe open: that it closes tells the program that its task has gone."""
    try:
        for block in blocks + [b""]:
            pipe.write(struct.pack(">I", len(block)))
            pipe.write(block)
        pipe.flush()
    except OSError:
        pass


def _frames(pipe):
    while True:
        head = pipe.read(5)
        if len(head) < 5:
            return
        kind, length = struct.unpack(">cI", head)
        body = pipe.read(length)
        if len(body) < length:
            return
        yield kind, body


def _row(part, report):
    arrays = [pyarrow.array([part], pyarrow.binary()), pyarrow.array([report], pyarrow.string())]
    return pyarrow.RecordBatch.from_arrays(arrays, names=["part", "report"])


def _failed(kind, code, message):
    return _row(None, json.dumps({"cause": {"class": kind, "code": code, "message": message}}))

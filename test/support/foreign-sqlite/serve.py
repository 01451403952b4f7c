# Another program with an SQLite of its own: runs one statement for each line of input, `["sql", [parameters]]`, and answers
# each with a line, `{"rows": [...]}` or `{"error": "..."}`. The arguments: the module (apsw or sqlite3) and the file.
import json
import sys

module, path = sys.argv[1:3]

if module == 'apsw':
    import apsw
    connection = apsw.Connection(path)
    connection.setbusytimeout(60000)
    version = apsw.sqlitelibversion()
else:
    import sqlite3
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    version = sqlite3.sqlite_version

if len(sys.argv) > 3:
    # As some programs do, so that their users may write in their own letters.
    fold = lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower())
    (connection.createcollation if module == 'apsw' else connection.create_collation)('NOCASE', fold)

print(json.dumps({'version': version}), flush=True)
for line in sys.stdin:
    sql, parameters = json.loads(line)
    try:
        rows = [list(row) for row in connection.cursor().execute(sql, parameters)]
        print(json.dumps({'rows': rows}, default=repr), flush=True)
    except Exception as error:
        print(json.dumps({'error': str(error)}), flush=True)

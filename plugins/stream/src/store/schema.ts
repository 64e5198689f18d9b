/** What `PRAGMA application_id` of a store of streams says: "MLST". */
export const applicationId = 0x4d_4c_53_54

/** Format of the store. One with a larger number is refused. */
export const formatVersion = 1

/**
 * `span`: a window that a group took and that is not done: leased, waiting to be tried again, or dead. A message in front of its
 * group's `next` and in no span is done. `prepared`: what sinks wrote and did not commit yet; each
 * `prepare` ends an epoch of its writer.
 */
export const schema = `
CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  ended INTEGER,
  next INTEGER NOT NULL DEFAULT 0,
  time INTEGER NOT NULL DEFAULT 0,
  count INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  retention TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE message (
  stream INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (stream, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE consumer_group (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  next INTEGER NOT NULL,
  period INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  UNIQUE (stream, name)
) STRICT;
CREATE TABLE span (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  consumer_group INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  start INTEGER,
  "end" INTEGER,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  owner TEXT,
  error TEXT
) STRICT;
CREATE INDEX span_of_group ON span (consumer_group, first);
CREATE TABLE writer (
  id TEXT PRIMARY KEY,
  stream INTEGER NOT NULL,
  epoch INTEGER NOT NULL
) STRICT;
CREATE TABLE prepared (
  writer TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (writer, epoch, number)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};
`

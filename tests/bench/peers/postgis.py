"""A PostgreSQL of our own with PostGIS, in the bench's folder, on a socket there; it ends with the `with` that began it."""
import contextlib
import glob
import os
import pwd
import signal
import socket
import subprocess
import time

import numpy

from peers.common import Failed, Watch


class Server:
    def __init__(self, settings, title):
        self.title, self.folder, self.process, self.watch = title, settings.file("pg"), None, Watch(shares=True)
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        os.makedirs(self.folder)
        self.user = []
        if os.getuid() == 0:  # as which PostgreSQL refuses to run
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            os.chmod(settings.folder, 0o755)
            self.user = ["setpriv", "--reuid", "postgres", "--regid", str(owner.pw_gid), "--clear-groups"]

    def begin(self):
        self.call([self.bin + "/initdb", "-D", self.folder + "/data", "-U", "bench", "-A", "trust", "-E", "UTF8",
                   "--no-sync"])
        with open(self.folder + "/log", "w") as log:
            self.process = subprocess.Popen(
                self.user + [self.bin + "/postgres", "-D", self.folder + "/data", "-p", self.port, "-k", self.folder,
                             "-c", "listen_addresses=", "-c", "shared_buffers=512MB", "-c", "work_mem=256MB",
                             "-c", "maintenance_work_mem=512MB", "-c", "max_wal_size=8GB", "-c", "fsync=off"],
                stdout=log, stderr=log, cwd=self.folder)
        self.watch.begin(self.process.pid)
        for _ in range(150):
            ready = subprocess.run([self.bin + "/pg_isready", "-q", "-h", self.folder, "-p", self.port])
            if ready.returncode == 0:
                self.sql("CREATE EXTENSION postgis")
                return
            time.sleep(0.2)
        raise Failed("PostgreSQL does not start: see %s/log" % self.folder)

    def end(self):
        if self.process:
            self.watch.end()
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        subprocess.run(["rm", "-rf", self.folder])

    def call(self, command, **options):
        done = subprocess.run(self.user + command, text=True, capture_output=True, cwd=self.folder,
                              env=dict(os.environ, LC_ALL="C.UTF-8"), **options)
        if done.returncode != 0:
            raise Failed(done.stderr[-2000:])
        return done.stdout

    def sql(self, text, **options):
        return self.call([self.bin + "/psql", "-h", self.folder, "-p", self.port, "-U", "bench", "-d", "postgres", "-qAtX",
                          "-v", "ON_ERROR_STOP=1", "-c", text], **options)

    def timed(self, text):
        """Seconds of a statement, run once; the memory told is that while it runs."""
        self.watch.sum_mb = 0
        begun = time.perf_counter()
        self.sql(text)
        return time.perf_counter() - begun

    def peak_mb(self):
        """Of all the server's processes together."""
        return self.watch.sum_mb

    def load_places(self, name, path, kind):
        """A table `name` (id, g) of points from doubles, longitude and latitude in turn, with a GiST index."""
        data = numpy.fromfile(path).reshape(-1, 2).tolist()
        self.sql("DROP TABLE IF EXISTS raw, answer; CREATE UNLOGGED TABLE raw (id int, lon float8, lat float8)")
        self.sql("COPY raw FROM STDIN (FORMAT csv)",
                 input="".join("%d,%r,%r\n" % (i, lon, lat) for i, (lon, lat) in enumerate(data)))
        self.sql("DROP TABLE IF EXISTS {0}; CREATE UNLOGGED TABLE {0} AS SELECT id, ST_SetSRID(ST_MakePoint(lon, lat), "
                 "6668)::{1} AS g FROM raw ORDER BY id; CREATE INDEX ON {0} USING gist (g)".format(name, kind))
        self.sql("VACUUM ANALYZE " + name)

    def load_polygons(self, name, path, code):
        """A table `name` (code, g) from a file, with a GiST index."""
        done = subprocess.run(
            ["ogr2ogr", "-f", "PostgreSQL", "PG:host=%s port=%s user=bench dbname=postgres" % (self.folder, self.port),
             path, "-nln", name, "-nlt", "MULTIPOLYGON", "-overwrite",
             "-lco", "GEOMETRY_NAME=g", "-a_srs", "EPSG:6668", "-select", code, "--config", "PG_USE_COPY", "YES"],
            text=True, capture_output=True)
        if done.returncode != 0:
            raise Failed("%s: %s" % (path, done.stderr[-2000:]))
        if code != "code":
            self.sql("ALTER TABLE %s RENAME COLUMN %s TO code" % (name, code))
        self.sql("VACUUM ANALYZE " + name)

    def answer(self, query, path):
        """A column of whole numbers, as 32-bit integers of this machine."""
        numpy.array(self.sql(query).split(), "<i4").tofile(path)


@contextlib.contextmanager
def server(settings, table, title):
    """None, with a line that says why, where there is none; a failure is such a line too and makes the program fail."""
    if settings.quick:
        table.left_out(title, "--quick")
        yield None
        return
    if not glob.glob("/usr/lib/postgresql/*/bin/initdb") or not glob.glob("/usr/share/postgresql/*/extension/postgis.control"):
        table.left_out(title, "PostgreSQL with PostGIS is not installed")
        yield None
        return
    it = Server(settings, title)
    try:
        it.begin()
        yield it
    finally:
        it.end()

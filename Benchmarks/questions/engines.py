"""The three that are asked: Footprint over HTTP, DuckDB in this process, a PostgreSQL server of our own."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

THREADS = 2
# What one statement of a peer may take; longer is told as such.
PATIENCE_SECONDS = 60
# What the peers' table takes of an export.
COLUMNS = (
    "CAST(epoch(event_time) AS INTEGER) AS t, CAST(arrival AS BIGINT) AS arrival, CAST(item_index AS INTEGER) AS "
    "item_index, uid, CAST(device_type AS INTEGER) AS device_type, CAST(business_type AS INTEGER) AS business_type, "
    "CAST(channel AS INTEGER) AS channel, CAST(operate_id AS INTEGER) AS operate_id, CAST(page_id AS INTEGER) AS "
    "page_id, CAST(pos_id AS INTEGER) AS pos_id, CAST(prev_id AS INTEGER) AS prev_id, trace_id, "
    "CAST(duration AS BIGINT) AS duration"
)


class TooLong(Exception):
    pass


def forget_pages(folder):
    """Takes a folder's files out of the page cache, so that the next reader reads the disk."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                os.fdatasync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)


class Footprint:
    name = "Footprint"

    def __init__(self, program, data):
        self.program, self.data = program, data

    def command(self, *arguments):
        done = subprocess.run(
            [self.program, *arguments, "--data", self.data], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"footprint {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def open(self):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.data, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=open(pathlib.Path(self.data) / "bench.log", "a"),
            text=True,
        )
        url = urllib.parse.urlparse(self.process.stdout.readline().split()[-1])
        self.token = self.command("token", "issue", "--admin").split()[-1]
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=300)

    def ask(self, path):
        """The answer, without the server's memory of earlier ones."""
        self.connection.request(
            "GET", f"/api/v1/{path}", headers={"Authorization": self.token, "Cache-Control": "no-cache"}
        )
        response = self.connection.getresponse()
        body = response.read()
        if response.status == 422:
            raise TooLong(json.loads(body)["detail"])
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {body[:300]}")
        return json.loads(body)["data"]

    def answer(self, question, range_, subject=None):
        if subject is not None:
            return question.ours(self.ask(question.path + urllib.parse.quote(subject, safe="")))
        joint = "&" if "?" in question.path else "?"
        return question.ours(self.ask(f"{question.path}{joint}from={range_[0]}&to={range_[1]}"))

    def close(self):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def forget(self):
        forget_pages(pathlib.Path(self.data) / "store")


class DuckDB:
    name = "DuckDB"
    divide = "//"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    @staticmethod
    def first_of(ordered, count):
        return f"list({ordered})[1:{count}]"

    @staticmethod
    def median(column):
        return f"list_sort(list({column}))[count(*) // 2 + 1]"

    @staticmethod
    def earliest(value, by):
        return f"arg_min({value}, {by})"

    def load(self, parquet, indexed):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.open()
        self.connection.execute(f"CREATE TABLE events AS SELECT {COLUMNS} FROM read_parquet('{parquet}')")
        if indexed:
            for column in ("trace_id", "uid"):
                self.connection.execute(f"CREATE INDEX events_{column} ON events ({column})")
        self.connection.execute("CHECKPOINT")
        self.close()

    def open(self):
        import duckdb

        self.connection = duckdb.connect(
            str(self.folder / "events.duckdb"),
            config={"threads": THREADS, "memory_limit": "8GB", "temp_directory": str(self.folder / "spill")},
        )

    def answer(self, question, range_, subject=None):
        return question.theirs([self.rows(sql) for sql in question.sql(self, subject or range_)])

    def rows(self, sql):
        timer = threading.Timer(PATIENCE_SECONDS, self.connection.interrupt)
        timer.start()
        try:
            return self.connection.execute(sql).fetchall()
        except Exception as error:
            if "INTERRUPT" in str(error).upper() or "Out of Memory" in str(error):
                raise TooLong(str(error).splitlines()[0]) from error
            raise
        finally:
            timer.cancel()

    def close(self):
        self.connection.close()

    def forget(self):
        forget_pages(self.folder)


class PostgreSQL:
    name = "PostgreSQL"
    divide = "/"
    programs = pathlib.Path("/usr/lib/postgresql/15/bin")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # The server refuses to run as root.
        self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []

    @staticmethod
    def first_of(ordered, count):
        return f"(array_agg({ordered}))[1:{count}]"

    @staticmethod
    def median(column):
        return f"(array_agg({column} ORDER BY {column}))[count(*) / 2 + 1]"

    @staticmethod
    def earliest(value, by):
        return f"(array_agg({value} ORDER BY {by}))[1]"

    def load(self, csv):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.prefix:
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run(
            [*self.prefix, self.programs / "initdb", "--auth=trust", "--locale=C", "--encoding=UTF8", "-D",
             self.folder / "data"],
            check=True, stdout=subprocess.DEVNULL,
        )
        self.open()
        with self.connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE events (t integer NOT NULL, arrival bigint NOT NULL, item_index integer NOT NULL, "
                "uid text NOT NULL, device_type integer, business_type integer, channel integer, operate_id integer, "
                "page_id integer, pos_id integer, prev_id integer, trace_id text, duration bigint)"
            )
            with cursor.copy("COPY events FROM STDIN (FORMAT csv, HEADER true)") as copy, open(csv, "rb") as rows:
                while block := rows.read(1 << 20):
                    copy.write(block)
            cursor.execute("CREATE INDEX ON events (t)")
            cursor.execute("CREATE INDEX ON events (uid, t)")
            cursor.execute("CREATE INDEX ON events (trace_id)")
        self.connection.autocommit = True
        self.connection.execute("VACUUM ANALYZE events")
        self.close()

    def open(self):
        import psycopg

        self.process = subprocess.Popen(
            [*self.prefix, self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder,
             "-c", "listen_addresses=", "-c", "shared_buffers=2GB", "-c", "work_mem=512MB",
             "-c", "maintenance_work_mem=1GB", "-c", "effective_cache_size=8GB", "-c", "random_page_cost=1.1",
             "-c", f"max_parallel_workers_per_gather={THREADS - 1}", "-c", "max_wal_size=8GB",
             "-c", f"statement_timeout={PATIENCE_SECONDS}s"],
            stdout=subprocess.DEVNULL, stderr=open(self.folder.parent / "postgres.log", "a"),
        )
        for _ in range(200):
            try:
                self.connection = psycopg.connect(
                    host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
                )
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise SystemExit(f"PostgreSQL does not start; see {self.folder.parent / 'postgres.log'}")

    def answer(self, question, range_, subject=None):
        return question.theirs([self.rows(sql) for sql in question.sql(self, subject or range_)])

    def rows(self, sql):
        import psycopg

        try:
            return self.connection.execute(sql).fetchall()
        except psycopg.errors.QueryCanceled as error:
            raise TooLong(str(error)) from error

    def close(self):
        self.connection.close()
        # A fast shutdown: SIGTERM would wait for clients.
        self.process.send_signal(signal.SIGINT)
        self.process.wait(120)

    def forget(self):
        forget_pages(self.folder / "data")
